// An explorer on a page where no Python runs. tools/build_site.py has moved its controls in
// advance, and has kept each picture and caption under the moves that led there. A control that
// isn't one of the two that were moved together takes the others back to the start.
const key = (moved) =>
  Object.entries(moved)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, i]) => `${name}=${i}`)
    .join("&");

for (const explorer of document.querySelectorAll(".explorer")) {
  const folder = explorer.dataset.states;
  const pair = explorer.dataset.pair.split(" ");
  const controls = [...explorer.querySelectorAll("[data-start]")];
  const picture = explorer.querySelector("img");
  const caption = explorer.querySelector("[role=status]");
  let known; // the promise of all states: asked for at the first touch
  let moved = {}; // what the visitor has moved since the start

  const states = () => (known ??= fetch(`${folder}/states.json`).then((reply) => reply.json()));
  function failed(error) {
    known = null; // so that the next touch tries again
    caption.textContent = "The picture could not be loaded. Check your connection, then try again.";
    throw error;
  }

  function set(control, i, text) {
    if (control.type === "checkbox") control.checked = Boolean(i);
    else control.value = i;
    text ??= control.dataset.texts?.split("|")[i];
    if (text === undefined) return;
    control.setAttribute("aria-valuetext", text);
    control.nextElementSibling.textContent = text;
  }

  async function show() {
    const wanted = key(moved);
    const { alt, states: all } = await states();
    if (wanted !== key(moved)) return; // moved on while the states were loaded
    const [file, said, carried] = all[wanted];
    for (const control of controls) {
      const i = moved[control.name] ?? Number(control.dataset.start);
      set(control, ...(carried[control.name] ?? [i]));
    }
    picture.src = `${folder}/${file}`;
    picture.alt = `${alt} ${said}`;
    caption.textContent = said;
  }

  // The pictures to both sides of a control are loaded before they are asked for.
  async function prepare(name) {
    const { states: all } = await states();
    const others = pair.includes(name) ? moved : {};
    const control = controls.find((one) => one.name === name);
    const count = control.dataset.count;
    for (let i = 0; i < count; i++) {
      const near = { ...others, [name]: i };
      for (const other in near) if (other !== name && !pair.includes(other)) delete near[other];
      new Image().src = `${folder}/${all[key(near)][0]}`;
    }
  }

  for (const control of controls) {
    control.addEventListener("input", () => {
      const value = control.type === "checkbox" ? Number(control.checked) : Number(control.value);
      const kept = pair.includes(control.name) ? pair : [];
      moved = Object.fromEntries(Object.entries(moved).filter(([name]) => kept.includes(name)));
      moved[control.name] = value;
      show().catch(failed);
    });
    for (const touch of ["pointerdown", "focus"])
      control.addEventListener(touch, () => prepare(control.name).catch(failed));
  }
  explorer.querySelector("button").addEventListener("click", () => {
    moved = {};
    show().catch(failed);
  });
  explorer.classList.add("ready"); // without scripts, only the picture is shown
}
