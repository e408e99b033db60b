"use strict";
(function () {
  var data = JSON.parse(document.getElementById("data").textContent), words = data.words;
  var inputs = Array.from(document.querySelectorAll("#sliders input")), moved = {};
  var note = document.getElementById("note");

  function shown(value) {
    var size = Math.abs(value), decimals = size >= 100 ? 0 : size >= 1 ? 2 : 5;
    var parts = value.toFixed(decimals).split("."), rest = (parts[1] || "").replace(/0+$/, "");
    var whole = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, words["numbers.thousands"]);
    return whole + (rest ? words["numbers.decimal"] + rest : "");
  }

  function label(input, place) {
    var slider = data.sliders[place], path = slider.path, is = path in moved;
    input.parentNode.querySelector("output").textContent = shown(is ? moved[path] : slider.value);
    input.parentNode.className = is ? "moved" : "";
    if (!is) { input.value = slider.value; }
  }

  // a slider stands on round numbers, and on its exact value at the start
  function rounded(slider, value) {
    var round = Number((Math.round(value / slider.step) * slider.step).toPrecision(12));
    return Math.min(Math.max(round, slider.low), slider.high);
  }

  function show(view) {
    document.getElementById("picture").src = view.picture;
    document.getElementById("text").textContent = view.text;
    note.textContent = view.note;
    var body = document.querySelector("#figures tbody");
    body.replaceChildren.apply(body, view.figures.map(function (figure) {
      var row = document.createElement("tr");
      row.dataset.measure = figure.name;
      row.className = figure.changed ? "changed" : "";
      [figure.label, figure.start, figure.now, figure.range, figure.chance].forEach(function (said, column) {
        var cell = document.createElement("td");
        cell.textContent = said;
        cell.className = column === 0 || column === 4 ? "" : "number";
        row.appendChild(cell);
      });
      return row;
    }));
  }

  // one question at a time: while it is answered only the newest of the others waits
  var asking = false, next = null;

  function ask(many) {
    if (asking) { next = many; return; }
    asking = true;
    if (many) { note.textContent = words["explore.working"]; }
    fetch("project", { method: "POST", body: JSON.stringify({ moved: moved, many: many }) })
      .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.json(); })
      .then(show)
      .catch(function () { note.textContent = words["explore.lost"]; })
      .then(function () {
        asking = false;
        if (next !== null) { var waiting = next; next = null; ask(waiting); }
      });
  }

  inputs.forEach(function (input, place) {
    label(input, place);
    input.addEventListener("input", function () {
      var slider = data.sliders[place], value = rounded(slider, Number(input.value));
      if (Math.abs(value - slider.value) < slider.step / 2) { delete moved[slider.path]; } else { moved[slider.path] = value; }
      label(input, place);
      ask(false);
    });
    input.addEventListener("change", function () { ask(true); });
  });
  document.getElementById("reset").addEventListener("click", function () {
    moved = {};
    inputs.forEach(label);
    ask(true);
  });
  document.getElementById("copy").addEventListener("click", function () {
    var button = this, said = button.textContent, text = document.getElementById("text");
    var done = function () { button.textContent = words["explore.copied"]; setTimeout(function () { button.textContent = said; }, 1500); };
    window.getSelection().selectAllChildren(text);  // where the clipboard is closed the text is chosen at least
    if (navigator.clipboard) { navigator.clipboard.writeText(text.textContent).then(done, function () {}); }
  });
  show(data.view);
})();
