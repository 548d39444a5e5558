// A pad to draw a digit on. Drawing happens here, at the screen's own pace; the kernel gets
// the picture after it, and ipywidgets holds back what the kernel has not yet asked for.
const SIDE = 280; // pixels of the canvas
const SENT = 140; // pixels of what the kernel gets
const PEN = 24;
const KEY_STEP = 10;
const PALM = 60; // pixels of the page: what touches more of them than that is no finger
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// A canvas that isn't shown. (Not an OffscreenCanvas, which some browsers lack.)
function sheet(side) {
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  return canvas.getContext("2d", { willReadFrequently: true });
}

// Which pointer may draw when several touch the pad: a pen or mouse before a finger before a palm.
function rank(event) {
  if (event.pointerType !== "touch") return 3;
  return Math.max(event.width, event.height) < PALM ? 2 : 1;
}

function render({ model, el }) {
  el.classList.add("digit-pad");
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("data-lm-suppress-shortcuts", "true"); // arrows would change the cell
  canvas.setAttribute(
    "aria-label",
    "Drawing pad. Arrow keys move the pen, space puts it down or lifts it, Delete clears."
  );
  const clearButton = Object.assign(document.createElement("button"), { textContent: "Clear" });
  const help = Object.assign(document.createElement("small"), {
    textContent: "Draw with mouse or finger. Keys: arrows move, space draws, Delete clears.",
  });
  el.append(canvas, clearButton, help);

  const ink = sheet(SIDE);
  const small = sheet(SENT);
  const screen = canvas.getContext("2d");
  let pen = null; // where the pen was last, while it is down
  let pointer = null; // the one pointer that draws: its id and rank
  let cursor = null; // where the keyboard's pen is, once keys are used
  let keyDown = false;
  let fresh = false; // an example lies on the pad: the first stroke replaces it
  let waiting = false;
  let sending = false; // our own change of the value, which this view need not read

  function paint() {
    screen.clearRect(0, 0, SIDE, SIDE);
    screen.drawImage(ink.canvas, 0, 0);
    if (cursor && document.activeElement === canvas) {
      screen.beginPath();
      screen.arc(cursor[0], cursor[1], PEN / 2, 0, 7);
      screen.strokeStyle = "#d55e00";
      screen.lineWidth = keyDown ? 5 : 2;
      screen.stroke();
    }
  }

  function send() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      small.clearRect(0, 0, SENT, SENT);
      small.drawImage(ink.canvas, 0, 0, SENT, SENT);
      const rgba = small.getImageData(0, 0, SENT, SENT).data;
      const gray = new Uint8Array(SENT * SENT);
      for (let i = 0; i < gray.length; i++) gray[i] = rgba[4 * i + 3];
      sending = true;
      model.set("value", new DataView(gray.buffer));
      sending = false;
      model.save_changes();
    });
  }

  function erase() {
    ink.clearRect(0, 0, SIDE, SIDE);
    fresh = false;
  }

  function line(from, to) {
    if (fresh) erase();
    ink.beginPath();
    ink.moveTo(...from);
    ink.lineTo(to[0] + 0.01, to[1]); // a dot where the pen only touches
    ink.lineWidth = PEN;
    ink.lineCap = ink.lineJoin = "round";
    ink.stroke();
    paint();
    send();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * SIDE) / box.width,
      ((event.clientY - box.top) * SIDE) / box.height,
    ];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || (pointer && rank(event) <= pointer.rank)) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = { id: event.pointerId, rank: rank(event) };
    cursor = null;
    pen = place(event);
    line(pen, pen);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer?.id) return;
    if (event.buttons === 0) return lift(event); // it was let go where no event told us
    const parts = event.getCoalescedEvents?.() ?? [];
    for (const part of parts.length ? parts : [event]) {
      const to = place(part);
      line(pen, to);
      pen = to;
    }
  });
  function lift(event) {
    if (event.pointerId === pointer?.id) pointer = pen = null;
  }
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
    canvas.addEventListener(end, lift);

  function clear() {
    erase();
    keyDown = false;
    paint();
    send();
  }
  clearButton.addEventListener("click", clear);

  canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move) {
      const from = cursor ?? [SIDE / 2, SIDE / 2];
      const inside = (v) => Math.min(SIDE - PEN / 2, Math.max(PEN / 2, v));
      cursor = [inside(from[0] + move[0] * KEY_STEP), inside(from[1] + move[1] * KEY_STEP)];
      keyDown ? line(from, cursor) : paint();
    } else if (event.key === " ") {
      cursor ??= [SIDE / 2, SIDE / 2];
      keyDown = !keyDown;
      keyDown ? line(cursor, cursor) : paint();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      clear();
    } else {
      return; // Tab, Escape and the notebook's own keys go their way
    }
    event.preventDefault(); // else the page scrolls
  });
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", () => {
    keyDown = false;
    paint();
  });

  function takeValue() {
    if (sending) return;
    const value = model.get("value");
    const gray = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const image = small.createImageData(SENT, SENT);
    gray.forEach((v, i) => (image.data[4 * i + 3] = v));
    small.putImageData(image, 0, 0);
    ink.clearRect(0, 0, SIDE, SIDE);
    ink.drawImage(small.canvas, 0, 0, SIDE, SIDE);
    fresh = false;
    paint();
  }
  function takeExample() {
    takeValue();
    fresh = true;
  }
  model.on("change:value", takeValue); // another view of the same pad was drawn on
  model.on("change:placed", takeExample);
  takeExample();
  return () => {
    model.off("change:value", takeValue);
    model.off("change:placed", takeExample);
  };
}

export default { render };
