// How things look: from plain data to elements. Text is always put in as text.

export function el(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
        else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
}

/** A picture of the server's as elements; as XML, so that nothing in it is taken for markup. */
export function picture(svg) {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
    return document.importNode(parsed.documentElement, true);
}

const whole = new Intl.NumberFormat("en");
export const count = (number) => whole.format(number);

export function seconds(value) {
    if (value < 0.0005) return "0 s";
    if (value < 10) return `${value.toPrecision(2)} s`;
    if (value < 120) return `${value.toFixed(0)} s`;
    return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** A number of a record: what JSON has no number for is text. */
export function number(value) {
    if (typeof value !== "number") return value === undefined ? "–" : String(value);
    if (Number.isInteger(value)) return count(value);
    return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6 ? value.toFixed(6) : value.toExponential(4);
}

export const written = (value) => (typeof value === "string" ? value : value === undefined ? "–" : JSON.stringify(value));
export const named = (metric) => (metric.partition ? `${metric.name} (${metric.partition})` : metric.name);
export const time = (started) => started.split(".")[0].replace("T", " ").replace("Z", "");
export const state = (word) => el("span", { class: `state ${word}` }, word);

export function table(headings, rows, attributes = {}) {
    const head = el("thead", {}, el("tr", {}, headings.map((heading) => el("th", { scope: "col" }, heading))));
    return el("div", { class: "wide" }, el("table", attributes, head, el("tbody", {}, rows)));
}

export const cell = (content, attributes = {}) => el("td", attributes, content);

/** All parameters of a run by name; those of a pipeline behind its name. */
export function parameters(run) {
    const all = new Map(Object.entries(run.parameters ?? {}));
    for (const pipeline of run.of_pipelines ?? []) {
        for (const [name, value] of Object.entries(pipeline.parameters)) all.set(`${pipeline.name}.${name}`, value);
    }
    return all;
}

/** Metrics by name; what was tracked again has a number behind its name. */
export function metrics(run) {
    const times = new Map();
    return new Map((run.metrics ?? []).map((metric) => {
        const name = named(metric);
        const time = (times.get(name) ?? 0) + 1;
        times.set(name, time);
        return [time === 1 ? name : `${name} #${time}`, metric.value];
    }));
}

export function problems(program) {
    const errors = program.problems.filter((problem) => problem.severity === "error").length;
    if (program.problems.length === 0) return [];
    const warnings = program.problems.length - errors;
    const says = [errors && `${errors} error${errors === 1 ? "" : "s"}`, warnings && `${warnings} warning${warnings === 1 ? "" : "s"}`];
    const title = errors ? "The program is wrong" : "The program is right";
    const items = program.problems.map((problem) => el("div", { class: "problem" }, el("pre", {}, problem.drawn)));
    return [el("details", { class: errors ? "wrong" : "", open: errors > 0 },
        el("summary", {}, `${title}: ${says.filter(Boolean).join(", ")}`), items)];
}

export function comparison(runs) {
    const rows = [];
    const line = (title, values, numeric = false, always = false) => {
        const differs = !always && new Set(values.map(written)).size > 1;
        const cells = values.map((value) => cell(numeric ? number(value) : written(value), { class: `${numeric ? "number " : ""}${differs ? "differs" : ""}` }));
        const [a, b] = values;
        const both = numeric && runs.length === 2 && typeof a === "number" && typeof b === "number";
        if (runs.length === 2) cells.push(cell(both ? `${b >= a ? "+" : ""}${number(b - a)}` : "", { class: "number" }));
        rows.push(el("tr", {}, el("th", { scope: "row", class: "mono" }, title), cells));
    };
    const section = (title) => rows.push(el("tr", {}, el("th", { scope: "rowgroup", colspan: runs.length + (runs.length === 2 ? 2 : 1) }, el("h2", {}, title))));
    const every = (of) => [...new Set(runs.flatMap((run) => [...of(run).keys()]))];
    section("Metrics");
    for (const name of every(metrics)) line(name, runs.map((run) => metrics(run).get(name)), true);
    section("Run");
    line("state", runs.map((run) => run.state));
    line("started (UTC)", runs.map((run) => time(run.started)), false, true);
    line("took", runs.map((run) => seconds(run.seconds)), false, true);
    line("environment", runs.map((run) => run.environment ?? "none"));
    line("program", runs.map((run) => run.program.slice(0, 12)));
    section("Parameters");
    for (const name of every(parameters)) line(name, runs.map((run) => parameters(run).get(name)));
    section("Rows written");
    const datasets = (run) => new Map((run.datasets ?? []).map((dataset) => [dataset.name, dataset.rows ?? undefined]));
    for (const name of every(datasets)) line(name, runs.map((run) => datasets(run).get(name)), true);
    const heads = ["", ...runs.map((run) => el("a", { href: `#run/${run.id}`, class: "mono" }, run.id)), ...(runs.length === 2 ? ["difference"] : [])];
    return table(heads, rows, { id: "comparison" });
}

export function wholeRun(run) {
    const file = (path) => `/runs/${run.id}/${encodeURIComponent(path)}`;
    const artifacts = run.artifacts ?? [];
    const of = (kind) => artifacts.filter((artifact) => artifact.kind === kind);
    const figures = artifacts.filter((artifact) => artifact.path.endsWith(".svg"));
    const parts = [
        el("h1", {}, "Run ", el("code", {}, run.id)),
        el("p", {}, state(run.state), ` ${run.pipelines.join(", ")} · started ${time(run.started)} UTC · ${seconds(run.seconds)}`,
            run.environment ? ` · --env ${run.environment}` : ""),
    ];
    if (run.message) parts.push(el("div", { class: "failure" }, el("p", {}, run.message)));
    if (run.failure) {
        const { code, message, place, details, help } = run.failure;
        parts.push(el("div", { class: "failure" }, el("p", {}, el("strong", {}, `${code}: ${message}`)),
            [place && `at ${place}`, ...details, help && `help: ${help}`].filter(Boolean).map((text) => el("p", { class: "mono" }, text))));
    }
    const links = [run.has_page ? el("a", { href: file("report.html") }, "The page of the run") : null, el("a", { href: file("run.json") }, "run.json")];
    parts.push(el("p", {}, links.filter(Boolean).flatMap((link) => [link, "  "])));
    const measured = metrics(run);
    if (measured.size > 0) {
        parts.push(el("h2", {}, "Metrics"), table(["metric", "value"], [...measured].map(([name, value]) =>
            el("tr", {}, el("th", { scope: "row", class: "mono" }, name), cell(number(value), { class: "number" })))));
    }
    if (figures.length > 0) {
        parts.push(el("h2", {}, "Figures"), el("div", { class: "figures" }, figures.map((figure) =>
            el("figure", {}, el("a", { href: file(figure.path) }, el("img", { src: file(figure.path), alt: figure.name, loading: "lazy" })), el("figcaption", {}, figure.name)))));
    }
    for (const report of of("report")) {
        parts.push(el("h2", {}, `Report ${report.name}`), el("iframe", { src: file(report.path), title: report.name, sandbox: true, loading: "lazy" }));
    }
    const tables = [...of("table"), ...[...of("history"), ...of("course")].filter((artifact) => artifact.path.endsWith(".json"))];
    if (tables.length > 0) {
        parts.push(el("h2", {}, "Files"), el("ul", {}, tables.map((entry) => el("li", {}, el("a", { href: file(entry.path), download: entry.path }, entry.path)))));
    }
    if ((run.datasets ?? []).length > 0) {
        parts.push(el("h2", {}, "Written"), table(["dataset", "place", "rows"], run.datasets.map((dataset) =>
            el("tr", {}, el("th", { scope: "row", class: "mono" }, dataset.name), cell(dataset.path, { class: "mono" }), cell(dataset.rows === null ? "" : count(dataset.rows), { class: "number" })))));
    }
    const given = parameters(run);
    if (given.size > 0) {
        parts.push(el("h2", {}, "Parameters"), table(["parameter", "value"], [...given].map(([name, value]) =>
            el("tr", {}, el("th", { scope: "row", class: "mono" }, name), cell(written(value), { class: "mono" })))));
    }
    if ((run.steps ?? []).length > 0) {
        parts.push(el("h2", {}, "Steps"), table(["step", "state", "took", "rows", "within", "place"], run.steps.map((step) =>
            el("tr", { "data-step": step.id }, el("th", { scope: "row", class: "mono" }, step.name), cell([state(step.state), step.training ? el("span", { class: "soft training" }, ` ${step.training}`) : ""]),
                cell(step.state === "ran" || step.state === "failed" ? seconds(step.seconds) : "", { class: "number" }),
                cell(step.rows === null ? "" : count(step.rows), { class: "number" }), cell(step.within.join(" > ")),
                cell(`${step.location.file}:${step.location.line}`, { class: "mono" }))), { id: "steps" }));
    }
    return parts;
}
