// What is shown: the address says which view, the server says when something has changed, and then it is asked for again.
import { cell, comparison, count, el, number, named, picture, problems, seconds, state, table, time, wholeRun } from "/view.js";

const main = document.getElementById("main");
let program = { graphs: [], problems: [], version: 0 };
let runs = [];
/** What updates the view in place. */
let update = async () => {};

class Gone extends Error {}

async function ask(path) {
    const answer = await fetch(path);
    if (!answer.ok) throw new Gone((await answer.text()).trim());
    return answer.json();
}

async function load() {
    program = await ask("/api/program");
    runs = await ask("/api/runs");
    document.getElementById("name").textContent = program.name;
    document.title = `${program.name} · GML`;
    document.getElementById("problems").replaceChildren(...problems(program));
}

function show(...children) {
    main.replaceChildren(...children.flat().filter(Boolean));
}

/** `#graph/3?run=..&column=..` in its parts. */
function address() {
    const [path, query] = location.hash.slice(1).split("?");
    const [view, ...rest] = path.split("/");
    return { view: view || "graph", rest: rest.join("/"), query: new URLSearchParams(query ?? "") };
}

function goTo(view, rest, query) {
    const text = [...query].length > 0 ? `?${query}` : "";
    history.replaceState(null, "", `#${view}/${rest}${text}`);
}

// The graph.

const keyed = (work) => (event) => {
    if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        work(event);
    }
};

async function graphView({ rest, query }) {
    if (program.graphs.length === 0) return show(el("p", {}, "Nothing of this program can be drawn."));
    const wanted = Math.min(Number(rest) || 0, program.graphs.length - 1);
    const { pipeline, open } = program.graphs[wanted];
    const drawn = await ask(`/api/graph/${wanted}`);
    const svg = picture(drawn.svg);
    const panel = el("aside", { "aria-live": "polite", "aria-label": "What was chosen" });
    const line = el("p", { id: "run-line", role: "status" });
    const chooser = el("select", { id: "run-of-graph", "aria-label": "Run" });
    const withRun = (to) => {
        const kept = new URLSearchParams();
        if (query.get("run")) kept.set("run", query.get("run"));
        return `#graph/${to}${[...kept].length > 0 ? `?${kept}` : ""}`;
    };
    const tabs = el("nav", { "aria-label": "Graphs" }, program.graphs.map((graph, place) => graph.open ? null :
        el("a", { href: withRun(place), "aria-current": graph.pipeline === pipeline ? "page" : null }, graph.title)));
    const other = program.graphs.findIndex((graph) => graph.pipeline === pipeline && graph.open !== open);
    const opened = other < 0 ? null : el("label", {}, el("input", { type: "checkbox", id: "open-nodes", checked: open, onchange: () => { location.hash = withRun(other); } }), " nodes opened");
    chooser.addEventListener("change", () => {
        if (chooser.value) query.set("run", chooser.value); else query.delete("run");
        goTo("graph", wanted, query);
        void update();
    });
    show(el("div", { class: "bar" }, tabs, opened, el("label", {}, "run ", chooser)), line,
        el("div", { class: "stage" }, el("div", { class: "picture", tabindex: "0", role: "region", "aria-label": "Graph" }, svg), panel));

    const cards = (kind) => svg.querySelectorAll(`[data-${kind}]`);
    const choose = (card) => {
        svg.querySelectorAll(".chosen, .on-the-way").forEach((old) => { old.classList.remove("chosen", "on-the-way"); });
        card?.classList.add("chosen");
    };
    let chosen = null;
    let current = null;

    function vertexPanel(place) {
        const { kind, title, detail, place: at } = drawn.vertices[place];
        const became = current?.graph?.vertices[place];
        panel.replaceChildren(el("h2", {}, `${kind} ${title}`), detail && detail !== title ? el("pre", {}, detail) : "",
            el("p", { class: "mono soft" }, `${at.file}:${at.line}`),
            became ? el("p", {}, state(became.state), ` ${seconds(became.seconds)}, ${became.steps} step${became.steps === 1 ? "" : "s"}`) : "",
            became?.training ? el("p", { class: "soft training" }, became.training) : "");
    }

    function edgePanel(place) {
        const edge = drawn.edges[place];
        const rows = current?.graph?.edges[place];
        const joined = current?.graph?.joined[place] ? el("p", { id: "joined" }, "This is within a query of several steps, which run as one: rows are counted where it ends. ",
            el("code", {}, "gmlc run --stepwise"), " does each step by itself and counts them all.") : "";
        const buttons = edge.columns.map(([name, text]) => el("li", {}, name === null ? el("span", { class: "mono" }, text)
            : el("button", { class: "mono", "data-name": name, "aria-pressed": "false", onclick: () => { void trace(place, name); } }, text)));
        panel.replaceChildren(el("h2", {}, `${drawn.vertices[edge.from].title} → ${drawn.vertices[edge.to].title}`),
            el("p", {}, el("code", {}, edge.kind), rows === null || rows === undefined ? "" : ` · ${count(rows)} rows`), joined,
            edge.columns.length > 0 ? el("p", { class: "soft" }, "Choose a column to see what it is made of.") : "",
            el("ul", { class: "columns" }, buttons), el("div", { id: "lineage" }));
    }

    async function trace(place, column) {
        const card = svg.querySelector(`[data-edge="${place}"]`);
        choose(card);
        chosen = { edge: place };
        edgePanel(place);
        panel.querySelectorAll("[data-name]").forEach((button) => { button.setAttribute("aria-pressed", String(button.dataset.name === column)); });
        const into = panel.querySelector("#lineage");
        try {
            const found = await ask(`/api/lineage?graph=${wanted}&edge=${place}&column=${encodeURIComponent(column)}`);
            const from = found.sources.length === 0 ? el("p", {}, "It comes from no column of a dataset.")
                : el("ul", { id: "sources" }, found.sources.map((source) => el("li", {}, el("code", {}, `${source.dataset}.${source.column}`))));
            into.replaceChildren(el("h3", {}, `${column} is made of`), from, el("div", { class: "graph-light", tabindex: "0", role: "region", "aria-label": `The way to ${column}` }, picture(found.svg)));
            for (const vertex of found.through) svg.querySelector(`[data-vertex="${vertex}"]`)?.classList.add("on-the-way");
        } catch (wrong) {
            into.replaceChildren(el("p", {}, wrong.message));
        }
        into.scrollIntoView({ block: "nearest" });
    }

    for (const card of cards("vertex")) {
        const pick = () => { choose(card); chosen = { vertex: Number(card.dataset.vertex) }; vertexPanel(chosen.vertex); };
        card.addEventListener("click", pick);
        card.addEventListener("keydown", keyed(pick));
    }
    for (const card of cards("edge")) {
        const place = Number(card.dataset.edge);
        const pick = (event) => {
            const column = event.target.closest?.("[data-column]")?.dataset.column;
            if (column !== undefined) return void trace(place, column);
            choose(card);
            chosen = { edge: place };
            edgePanel(place);
        };
        card.addEventListener("click", pick);
        card.addEventListener("keydown", keyed(pick));
    }
    main.onkeydown = (event) => {
        if (event.key === "Escape") {
            choose(null);
            chosen = null;
            panel.replaceChildren();
        }
    };

    update = async () => {
        const own = runs.filter((run) => pipeline === null || run.pipelines.includes(pipeline));
        const fixed = query.get("run");
        chooser.replaceChildren(el("option", { value: "" }, "the latest"), ...own.map((run) => el("option", { value: run.id, selected: run.id === fixed }, `${run.id} ${run.state}`)));
        const id = fixed ?? own[0]?.id;
        try {
            current = id === undefined ? null : await ask(`/api/runs/${id}?graph=${wanted}`);
        } catch {
            current = null;
        }
        if (current === null) {
            line.replaceChildren(fixed ? "This run is not there any more." : "Nothing of this was run yet: gmlc run fills in rows, states and times.");
        } else {
            const stale = program.hash && current.program && current.program !== program.hash ? " · the program has changed since" : "";
            line.replaceChildren(state(current.state), ` run `, el("a", { href: `#run/${current.id}`, class: "mono" }, current.id), ` · ${seconds(current.seconds)}${stale}`,
                current.failure ? el("span", { class: "failed" }, ` · ${current.failure.message}`) : "");
        }
        for (const card of cards("vertex")) {
            const became = current?.graph?.vertices[card.dataset.vertex];
            card.setAttribute("class", `card${card.matches(".chosen") ? " chosen" : ""}${card.matches(".on-the-way") ? " on-the-way" : ""}${became ? ` is-${became.state}` : ""}`);
            const text = card.querySelector(".state");
            const took = became && ["ran", "failed"].includes(became.state) ? ` ${seconds(became.seconds)}` : "";
            if (text) text.textContent = became ? `${became.state}${took}` : "";
        }
        for (const card of cards("edge")) {
            const place = Number(card.dataset.edge);
            const text = card.querySelector(".rows");
            const rows = current?.graph?.edges[place];
            const uncounted = current?.graph?.joined[place] ? "within a query" : "";
            if (text) text.textContent = rows === null || rows === undefined ? uncounted : `${count(rows)} row${rows === 1 ? "" : "s"}`;
        }
        if (chosen?.vertex !== undefined) vertexPanel(chosen.vertex);
    };
    await update();
}

// Runs.

async function runsView() {
    const picked = new Set();
    const compare = el("button", { id: "compare", disabled: true, onclick: () => { location.hash = `compare/${runs.map((run) => run.id).filter((id) => picked.has(id)).reverse().join(",")}`; } }, "Compare");
    const body = el("div");
    let before = "";
    show(el("h1", {}, "Runs"), el("div", { class: "bar" }, compare, el("span", { class: "soft" }, "Choose two or more.")), body);
    update = async () => {
        // What is not new stays as it is: somebody may be about to click.
        const now = JSON.stringify(runs);
        if (now === before) return;
        before = now;
        if (runs.length === 0) return body.replaceChildren(el("p", {}, "Nothing was run here yet: start with gmlc run."));
        const shown = 3;
        const focused = document.activeElement?.dataset?.run;
        body.replaceChildren(table(["", "run", "state", "started (UTC)", "took", "pipelines", "env", "metrics"], runs.map((run) => {
            const box = el("input", { type: "checkbox", "data-run": run.id, "aria-label": `Compare ${run.id}`, checked: picked.has(run.id), onchange: (event) => {
                if (event.target.checked) picked.add(run.id); else picked.delete(run.id);
                compare.disabled = picked.size < 2;
            } });
            const measured = run.metrics.slice(0, shown).map((metric) => `${named(metric)} ${number(metric.value)}`).join(", ");
            return el("tr", { "data-state": run.state }, cell(box), cell(el("a", { href: `#run/${run.id}`, class: "mono" }, run.id)), cell(state(run.state)), cell(time(run.started)),
                cell(seconds(run.seconds), { class: "number" }), cell(run.pipelines.join(", ")), cell(run.environment ?? ""), cell(`${measured}${run.metrics.length > shown ? ", …" : ""}`));
        }), { id: "runs" }));
        if (focused) body.querySelector(`[data-run="${focused}"]`)?.focus();
    };
    await update();
}

async function runView({ rest }) {
    let shown = "";
    update = async () => {
        const run = await ask(`/api/runs/${encodeURIComponent(rest)}`);
        const text = JSON.stringify(run);
        if (text === shown) return;
        shown = text;
        show(wholeRun(run));
    };
    await update();
}

async function compareView({ rest }) {
    update = async () => {
        const all = await Promise.all(rest.split(",").map((id) => ask(`/api/runs/${encodeURIComponent(id)}`)));
        show(el("h1", {}, "Runs side by side"), comparison(all));
    };
    await update();
}

const views = { graph: graphView, runs: runsView, run: runView, compare: compareView };

async function route() {
    const to = address();
    main.onkeydown = null;
    update = async () => {};
    const tab = to.view === "graph" ? "#graph" : "#runs";
    document.querySelectorAll("header nav a").forEach((link) => {
        if (link.getAttribute("href") === tab) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
    });
    try {
        await (views[to.view] ?? graphView)(to);
    } catch (wrong) {
        show(el("p", { class: "failure" }, wrong instanceof Gone ? wrong.message : `gmlc ui does not answer: ${wrong.message}`));
    }
}

// What changes: asked for one after the other, however often it changes meanwhile.

let due = null;
let busy = false;

async function refresh(what) {
    due = { program: due?.program || what.program };
    if (busy) return;
    busy = true;
    while (due !== null) {
        const now = due;
        due = null;
        try {
            if (now.program) {
                await load();
                await route();
            } else {
                runs = await ask("/api/runs");
                await update();
            }
        } catch {
            // What is gone is told by the link.
        }
        await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    busy = false;
}

function listen() {
    const link = document.getElementById("link");
    const heard = new EventSource("/api/changes");
    let before = false;
    heard.onmessage = (event) => {
        const what = JSON.parse(event.data);
        if (what.hello) {
            link.textContent = "live";
            link.className = "";
            // What changed while nobody listened.
            void refresh({ program: before });
            before = true;
        } else {
            void refresh(what);
        }
    };
    heard.onerror = () => {
        link.textContent = "gmlc ui has ended or does not answer";
        link.className = "gone";
    };
}

window.addEventListener("hashchange", () => { void route(); });
try {
    await load();
    await route();
} catch (wrong) {
    show(el("p", { class: "failure" }, `gmlc ui does not answer: ${wrong.message}`));
}
listen();
