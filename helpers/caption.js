// The sentence under an explorer's picture. It also gives names to what ipywidgets leaves
// nameless for a screen reader: the picture, and the handles of the sliders. It keeps Jupyter
// from taking the arrow keys of a slider or a dropdown to go to another cell. And it tells the
// kernel how dense the screen is, so that the picture is as sharp as the text beside it.
function render({ model, el }) {
  const sentence = document.createElement("p");
  sentence.setAttribute("role", "status");
  el.append(sentence);

  function name() {
    const explorer = el.closest(".explorer");
    if (!explorer) return;
    const picture = explorer.querySelector("img.widget-image");
    if (picture) picture.alt = model.get("alt");
    for (const slider of explorer.querySelectorAll(".widget-slider")) {
      const label = slider.querySelector(".widget-label")?.textContent;
      slider.querySelector("[role=slider]")?.setAttribute("aria-label", label);
    }
    for (const control of explorer.querySelectorAll("select, [role=slider]"))
      control.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  function update() {
    sentence.textContent = model.get("text");
    name();
  }
  model.on("change:text", update);
  update();
  const shown = new ResizeObserver(name); // the other widgets of the explorer may come later
  shown.observe(el);

  let screen; // matches until the window is moved to another screen, or zoomed
  function measure() {
    screen?.removeEventListener("change", measure);
    screen = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    screen.addEventListener("change", measure);
    model.set("density", devicePixelRatio > 1 ? 2 : 1);
    model.save_changes();
  }
  measure();

  return () => {
    shown.disconnect();
    screen.removeEventListener("change", measure);
    model.off("change:text", update);
  };
}

export default { render };
