// Draws the report's charts without evaluating code from strings, and reads the map aloud passage by passage.
const charts = JSON.parse(document.getElementById("charts").textContent);
const still = matchMedia("print");

function line(spot, number, of) {
  return `${number + 1} of ${of}, ${spot.segment}: “${spot.quote}” ${spot.who}, ${spot.place}`;
}

function readable(place, view, spots, told) {
  let at = -1;
  const order = spots.map((spot, number) => number).sort(
    (a, b) => spots[a].segment.localeCompare(spots[b].segment) || spots[a].x - spots[b].x);
  const show = (number) => {
    at = number;
    told.textContent = line(spots[order[at]], at, spots.length);
    view.data("here", [{x: spots[order[at]].x, y: spots[order[at]].y}]).runAsync();
  };
  place.addEventListener("keydown", (event) => {
    const by = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (by === undefined) return;
    event.preventDefault();
    show(at < 0 && by < 0 ? spots.length - 1 : (at + by + spots.length) % spots.length);
  });
  view.addEventListener("click", (event, item) => {
    const number = item && item.datum && order.findIndex((each) =>
      spots[each].quote === item.datum.quote && spots[each].place === item.datum.place);
    if (number >= 0) show(number);
  });
}

async function draw(spec, number) {
  const place = document.getElementById(`chart-${number}`);
  try {
    const drawn = await window.vegaEmbed(place, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, hover: false, tooltip: {theme: "report"},
    });
    // The words and the table beside it say what it shows; its hundreds of marks would be read one by one.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
    const told = document.getElementById(`here-${number}`);
    if (told) readable(place, drawn.view, spec.datasets.spots, told);
    still.addEventListener("change", () => drawn.view.resize().runAsync());
    place.dataset.state = "drawn";
  } catch (error) {
    place.textContent = "The chart could not be drawn here; the table below shows the same.";
    place.dataset.state = "failed";
    throw error;
  }
}

charts.forEach(draw);
