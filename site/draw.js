// A pad on a page where no Python runs: what is drawn is brought to MNIST's form, and the network
// of the lesson reads it here, by onnxruntime-web, which is loaded on the first stroke.
import pad from "./pad.js";
import { mnistForm } from "./digits.js";

const SIDE = 140; // pixels of a drawing, as pad.js sends it
const LARGER = 5; // pixels of a drawing for one of an image
const WAIT = "The network is being loaded, about 14 MB…";
let runtime; // the promise of onnxruntime-web, shared by all pads of the page

function load() {
  runtime ??= import("./ort/ort.wasm.bundle.min.mjs").then((ort) => {
    const wasm = new URL("./ort/ort-wasm-simd-threaded.wasm", import.meta.url).href;
    ort.env.wasm.wasmPaths = { wasm };
    ort.env.wasm.numThreads = 1; // more would need headers that a plain server doesn't send
    return ort;
  });
  return runtime;
}

// As much of a model of ipywidgets as pad.js needs.
function modelOf(drawing, changed) {
  const values = { value: new DataView(drawing.buffer), placed: 1 };
  return {
    get: (name) => values[name],
    set: (name, value) => (values[name] = value),
    save_changes: () => changed(new Uint8Array(values.value.buffer)),
    on: () => {},
    off: () => {},
  };
}

// Paint numbers, row by row, dark where they are large, one pixel for each.
function paint(canvas, numbers, width, low, high) {
  canvas.width = width;
  canvas.height = numbers.length / width;
  const screen = canvas.getContext("2d");
  const image = screen.createImageData(canvas.width, canvas.height);
  numbers.forEach((number, i) => {
    const gray = 255 * (1 - (number - low) / (high - low || 1));
    image.data.set(Number.isNaN(number) ? [86, 180, 233, 255] : [gray, gray, gray, 255], 4 * i);
  });
  screen.putImageData(image, 0, 0);
}

// Lay maps (count, side, side) side by side, eight in a row, with a gap between.
function mosaic({ dims: [count, height, width], data }) {
  const columns = 8;
  const wide = columns * (width + 1) - 1;
  const laid = new Array(wide * (Math.ceil(count / columns) * (height + 1) - 1)).fill(NaN);
  data.forEach((value, i) => {
    const map = Math.floor(i / (height * width));
    const y = Math.floor(map / columns) * (height + 1) + (Math.floor(i / width) % height);
    laid[y * wide + (map % columns) * (width + 1) + (i % width)] = value;
  });
  return [laid, wide];
}

for (const block of document.querySelectorAll(".draw")) {
  const { folder } = block.dataset;
  const find = (name) => block.querySelector(name);
  const chosen = find("select");
  const sessions = {};
  let latest = null; // the drawing that waits to be read, while another one is being read
  let asked = 0; // when that was
  let busy = false;

  function session(ort, file) {
    sessions[file] ??= ort.InferenceSession.create(`${folder}/${file}`);
    return sessions[file];
  }

  function show(image, probabilities, maps) {
    const drawn = image.some((ink) => ink > 0);
    const last = probabilities.slice(-10);
    const best = last.indexOf(Math.max(...last));
    find(".draw-bars").querySelectorAll("li").forEach((bar, digit) => {
      const share = drawn ? last[digit] : 0;
      bar.style.setProperty("--share", share);
      bar.dataset.probability = share;
      bar.classList.toggle("best", drawn && digit === best);
      bar.querySelector("b").textContent = share.toFixed(2);
    });
    paint(find(".draw-image"), image, 28, 0, 255);
    find(".draw-rows").parentElement.hidden = probabilities.length === 10;
    find(".draw-maps").parentElement.hidden = !maps;
    paint(find(".draw-rows"), probabilities, 10, 0, 1);
    if (maps) {
      const [laid, wide] = mosaic(maps);
      const values = maps.data;
      const low = values.reduce((a, b) => Math.min(a, b));
      paint(find(".draw-maps"), laid, wide, low, values.reduce((a, b) => Math.max(a, b)));
    }
    find("[role=status]").textContent = drawn
      ? `The network reads a ${best}, with probability ${last[best].toFixed(2)}.`
      : "The pad is empty: draw a large digit from 0 to 9 in the middle.";
  }

  async function read(drawing) {
    latest = drawing;
    asked = performance.now();
    if (busy) return;
    busy = true;
    try {
      if (!runtime) find("[role=status]").textContent = WAIT;
      const ort = await load();
      while (latest) {
        const began = asked;
        const image = mnistForm(latest, SIDE);
        latest = null;
        const net = await session(ort, chosen.value);
        const input = new ort.Tensor("float32", image, [28, 28]);
        const answer = await net.run({ image: input });
        const [probabilities, maps] = net.outputNames.map((name) => answer[name]);
        show(Array.from(image), Array.from(probabilities.data), maps);
        block.times.push(performance.now() - began);
      }
    } catch (error) {
      runtime = latest = null; // so that the next stroke tries again
      for (const file in sessions) delete sessions[file];
      find("[role=status]").textContent =
        "The network could not be loaded. Check your connection, then draw again.";
      throw error;
    } finally {
      busy = false;
    }
  }

  fetch(`${folder}/start.json`).then((reply) => reply.json()).then(({ image, outputs }) => {
    const drawing = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < drawing.length; i++) {
      const row = Math.floor(i / SIDE / LARGER);
      drawing[i] = image[row * 28 + Math.floor((i % SIDE) / LARGER)];
    }
    const changed = (now) => {
      model.drawing = now;
      read(now);
    };
    const model = modelOf(drawing, changed);
    model.drawing = drawing;
    chosen.addEventListener("change", () => read(model.drawing));
    pad.render({ model, el: find(".draw-pad") });
    const [probabilities, maps] = outputs;
    show(image, probabilities.data, maps);
    block.model = model; // for tests, which ask Python the same, and how long it took
    block.times = [];
    block.classList.add("ready");
  });
}
