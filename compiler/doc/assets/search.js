// Names that begin with what was typed come first, then those that hold it, then what is said of them.
const box = document.getElementById("search");
const list = document.getElementById("found");
const root = document.documentElement.dataset.root;

function rank(entry, wanted) {
    const name = entry[0].toLowerCase();
    if (name === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    if (name.includes(wanted)) return 2;
    return entry[3].toLowerCase().includes(wanted) ? 3 : 4;
}

function show() {
    const wanted = box.value.trim().toLowerCase();
    list.replaceChildren();
    list.hidden = wanted === "";
    if (list.hidden) return;
    const found = index
        .map((entry, place) => [rank(entry, wanted), place, entry])
        .filter((entry) => entry[0] < 4)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])
        .slice(0, 20);
    for (const [, , [name, kind, href, summary]] of found) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = root + href;
        link.textContent = name;
        const what = document.createElement("small");
        what.textContent = ` ${kind}. ${summary}`;
        item.append(link, what);
        list.append(item);
    }
    if (found.length === 0) {
        const item = document.createElement("li");
        item.textContent = "Nothing has this name.";
        list.append(item);
    }
}

box.addEventListener("input", show);
box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "Escape") {
        box.value = "";
        show();
    }
});
document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== box) {
        event.preventDefault();
        box.focus();
    }
});
