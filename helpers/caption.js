// The sentence under an explorer's picture. It also gives names to what ipywidgets leaves
// nameless for a screen reader: the picture, and the handles of the sliders. And it keeps
// JupyterLab from taking the arrow keys of a dropdown to go to another cell.
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
    for (const dropdown of explorer.querySelectorAll("select"))
      dropdown.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  function update() {
    sentence.textContent = model.get("text");
    name();
  }
  model.on("change:text", update);
  update();
  const shown = new ResizeObserver(name); // the other widgets of the explorer may come later
  shown.observe(el);
  return () => {
    shown.disconnect();
    model.off("change:text", update);
  };
}

export default { render };
