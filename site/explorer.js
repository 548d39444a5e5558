// An explorer on a page where no Python runs. tools/build_site.py has moved its controls in advance,
// one alone or two together, and has kept each picture and caption under the moves that led there.
const key = (moved) =>
  Object.entries(moved)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, i]) => `${name}=${i}`)
    .join("&");

for (const explorer of document.querySelectorAll(".explorer")) {
  const folder = explorer.dataset.states;
  const together = JSON.parse(explorer.dataset.together);
  const controls = [...explorer.querySelectorAll("[data-start]")];
  const picture = explorer.querySelector("img");
  const caption = explorer.querySelector("[role=status]");
  let known; // the promise of all states: asked for at the first touch
  let moved = {}; // what the visitor has moved since the start

  // What stays moved when a control is moved: one that was moved together with it. The others go
  // back to the start.
  function besides(name) {
    const paired = ([other]) =>
      other !== name && together.some((pair) => pair.includes(name) && pair.includes(other));
    return Object.fromEntries(Object.entries(moved).filter(paired).slice(-1));
  }

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
    const control = controls.find((one) => one.name === name);
    for (let i = 0; i < control.dataset.count; i++) {
      const near = { ...besides(name), [name]: i };
      new Image().src = `${folder}/${all[key(near)][0]}`;
    }
  }

  for (const control of controls) {
    control.addEventListener("input", () => {
      const value = control.type === "checkbox" ? Number(control.checked) : Number(control.value);
      moved = { ...besides(control.name), [control.name]: value };
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
