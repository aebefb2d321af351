const NAMES = ["first", "second"];
const panel = document.createElement("aside");
panel.id = "origins";
panel.hidden = true;
panel.setAttribute("aria-hidden", "true");
let lit = [];

const follows = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;

// What stands under a name: of several with the same name the last one before the entry, else the first one after it.
function nearest(entry, name) {
  const found = [...entry.closest("article").querySelectorAll(`[data-of="${CSS.escape(name)}"]`)]
    .filter((one) => !one.contains(entry) && (one.matches("table") || one.dataset.at === ""));
  const before = found.filter((one) => follows(one, entry));
  const chosen = before.at(-1) ?? found[0];
  if (!chosen) return [];
  // The matrices of one value stand one after the other.
  const last = found.indexOf(chosen);
  let start = last;
  const layer = (one) => one.matches("table") ? one.querySelector("[data-at]").dataset.at.split(",").length > 2 : false;
  while (layer(chosen) && start > 0 && layer(found[start - 1])) start -= 1;
  return found.slice(start, last + 1);
}

function inside(at, box) {
  const places = at ? at.split(",").map(Number) : [];
  const runs = box ? box.split(",").map((run) => run.split("-").map(Number)) : [];
  return places.length === runs.length && places.every((k, n) => runs[n][0] <= k && k <= runs[n].at(-1));
}

const places = (one) => one.matches("table") ? [...one.querySelectorAll("[data-at]")] : [one];

function mark(element, kind) {
  element.classList.add(kind);
  lit.push([element, kind]);
}

function isSeen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight && element.checkVisibility();
}

function clear() {
  for (const [element, kind] of lit) element.classList.remove(kind);
  lit = [];
  panel.hidden = true;
}

function show(entry) {
  clear();
  mark(entry, "lit");
  const names = new Map();
  const shown = new Set();
  for (const piece of entry.dataset.from.split(" ")) {
    const [name, box] = piece.slice(0, -1).split("[");
    const kind = NAMES[names.has(name) ? names.get(name) : Math.min(names.size, 1)];
    names.set(name, NAMES.indexOf(kind));
    for (const one of nearest(entry, name))
      for (const place of places(one).filter((place) => inside(place.dataset.at, box))) {
        mark(place, kind);
        if (!isSeen(place)) shown.add(one.closest(".grid") ?? one);
      }
  }
  const of = entry.dataset.of ?? entry.closest("table").dataset.of;
  for (const twin of entry.closest("article").querySelectorAll(`.line[data-of="${CSS.escape(of)}"][data-at="${entry.dataset.at}"]`))
    if (twin !== entry) mark(twin, "lit");
  panel.replaceChildren(...[...shown].map((one) => one.cloneNode(true)));
  for (const one of panel.querySelectorAll("[tabindex]")) one.removeAttribute("tabindex");
  panel.hidden = shown.size === 0;
  panel.classList.remove("above");
  panel.classList.toggle("above", panel.getBoundingClientRect().top < entry.getBoundingClientRect().bottom);
}

const entryAt = (target) => target instanceof Element ? target.closest("td[data-from], .line[data-from]") : null;

function follow(event) {
  const entry = entryAt(event.target) ?? entryAt(document.activeElement);
  if (entry) show(entry); else clear();
}

document.body.append(panel);
for (const kind of ["pointerover", "pointerdown", "focusin", "focusout"]) document.addEventListener(kind, follow);
document.addEventListener("pointerleave", clear);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
let closed = [];
addEventListener("beforeprint", () => {
  clear();
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const one of closed) one.open = true;
});
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
