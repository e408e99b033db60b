"use strict";
(function () {
  var futures = JSON.parse(document.getElementById("futures-data").textContent);
  var catalogues = JSON.parse(document.getElementById("words-data").textContent);
  var variants = JSON.parse(document.getElementById("variants-data").textContent);
  var words = catalogues[document.documentElement.lang], update = function () {};

  // ------------------------------------------------------------ tables that sort

  function keyOf(row, column) {
    var cell = row.cells[column];
    var key = cell.dataset.sort === undefined ? cell.textContent : cell.dataset.sort;
    var number = Number(key);
    return key !== "" && !Number.isNaN(number) ? number : key;
  }

  function sort(head) {
    var table = head.closest("table"), body = table.tBodies[0];
    var up = head.getAttribute("aria-sort") !== "ascending";
    var column = Array.prototype.indexOf.call(head.parentNode.cells, head);
    var rows = Array.from(body.rows).map(function (row, place) { return { row: row, key: keyOf(row, column), place: place }; });
    rows.sort(function (one, other) {
      var a = one.key, b = other.key;
      if (a === "" || b === "") { return (a === "" ? 1 : 0) - (b === "" ? 1 : 0) || one.place - other.place; }  // blank ones last
      var order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
      return (up ? order : -order) || one.place - other.place;
    });
    Array.from(head.parentNode.cells).forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    rows.forEach(function (entry) { body.appendChild(entry.row); });
  }

  document.querySelectorAll("table.sortable th button").forEach(function (button) {
    button.addEventListener("click", function () { sort(button.closest("th")); });
  });

  // ------------------------------------------------------------ languages

  var shown = {};  // pictures by language, unpacked once
  shown[document.documentElement.lang] = {};
  document.querySelectorAll("[data-picture]").forEach(function (picture) { shown[document.documentElement.lang][picture.dataset.picture] = picture.src; });

  function unpacked(packed) {
    var raw = atob(packed), bytes = new Uint8Array(raw.length);
    for (var place = 0; place < raw.length; place += 1) { bytes[place] = raw.charCodeAt(place); }
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  }

  function picture(code) {
    var packed = variants[code].pictures || {};
    shown[code] = shown[code] || {};
    document.querySelectorAll("[data-picture]").forEach(function (one) {
      var name = one.dataset.picture, caption = one.parentNode.querySelector("figcaption");
      if (caption) { one.alt = caption.textContent; }
      if (shown[code][name]) { one.src = shown[code][name]; return; }
      if (!packed[name] || typeof DecompressionStream === "undefined") { return; }  // an old browser: it stays as it is
      unpacked(packed[name]).then(function (address) {
        shown[code][name] = address;
        if (document.documentElement.lang === code) { one.src = address; }
      });
    });
  }

  function speak(code) {
    var said = variants[code], own = document.documentElement;
    own.lang = code;
    own.dir = said.direction;
    words = catalogues[code];
    document.querySelectorAll("[data-t]").forEach(function (place) {
      var text = said.texts[place.dataset.t];
      if (text !== undefined) { place.textContent = text; }
    });
    document.querySelectorAll("[data-key]").forEach(function (place) { place.textContent = words[place.dataset.key]; });
    var draft = document.getElementById("draft"), heads = document.querySelectorAll("#figures thead th");
    draft.textContent = said.draft;
    draft.hidden = said.draft === "";
    document.querySelectorAll("#figures tbody tr").forEach(function (row) {
      row.querySelectorAll("td").forEach(function (cell, column) { cell.dataset.head = heads[column + 1].textContent; });
    });
    document.querySelectorAll("#languages button").forEach(function (button) { button.setAttribute("aria-pressed", String(button.lang === code)); });
    picture(code);
    update();
  }

  document.querySelectorAll("#languages button").forEach(function (button) {
    button.addEventListener("click", function () { speak(button.lang); });
  });
  if (!futures.count) { return; }

  // ------------------------------------------------------------ numbers and dates in words

  function fill(key, values) {
    return words[key].replace(/\{(\w+)\}/g, function (whole, name) { return values[name]; });
  }

  function grouped(value, decimals) {
    var parts = Math.abs(value).toFixed(decimals).split(".");
    var whole = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, words["numbers.thousands"]);
    var rest = parts[1] ? parts[1].replace(/0+$/, "") : "";
    var sign = value < 0 && Number(parts.join(".")) !== 0 ? "-" : "";
    return sign + whole + (rest ? words["numbers.decimal"] + rest : "");
  }

  function whole(value) { return grouped(Math.floor(value + 0.5), 0); }

  function moment(hours) {
    var time = new Date((futures.start + futures.offset + Math.round(hours * 60) * 60) * 1000);
    var two = function (number) { return String(number).padStart(2, "0"); };
    var day = fill("dates.day", { day: time.getUTCDate(), month: words["dates.months"][time.getUTCMonth()], year: time.getUTCFullYear() });
    return fill("dates.moment", { day: day, clock: two(time.getUTCHours()) + ":" + two(time.getUTCMinutes()) });
  }

  function said(value, form) {
    if (Number.isNaN(value)) { return form === "time" ? words.never : words.unknown; }
    if (value === Infinity) { return words["numbers.endless"]; }
    if (form === "time") { return moment(value); }
    if (form === "usd") { return whole(Number(value.toPrecision(3))); }
    return form === "hours" && Math.abs(value) < 10 ? grouped(value, value === Math.round(value) ? 0 : 2) : whole(value);
  }

  function chance(happens, of) {
    if (happens === 0) { return fill("chance.none", { of: whole(of) }); }
    if (happens === of) { return fill("chance.all", { of: whole(of) }); }
    if (of < 100) { return fill("chance.some", { count: happens, of: of }); }
    var hundredths = happens / of * 100;
    if (hundredths < 1) { return fill("chance.fewer", { count: 1, of: 100 }); }
    if (hundredths > 99) { return fill("chance.more", { count: 99, of: 100 }); }
    return fill("chance.some", { count: Math.floor(hundredths + 0.5), of: 100 });
  }

  // ------------------------------------------------------------ futures: each column is a number of every future

  var raw = atob(futures.data), bytes = new Uint8Array(raw.length);
  for (var place = 0; place < raw.length; place += 1) { bytes[place] = raw.charCodeAt(place); }
  var view = new DataView(bytes.buffer);

  function column(number) {
    var found = new Float64Array(futures.count);
    for (var row = 0; row < futures.count; row += 1) { found[row] = view.getFloat32(4 * (number * futures.count + row), true); }
    return found;
  }

  var inputs = futures.inputs.map(function (_, number) { return column(number); });
  var ordered = inputs.map(function (values) { return Float64Array.from(values).sort(); });
  var measures = futures.measures.map(function (_, number) { return column(inputs.length + number); });

  function quantile(sorted, level) {
    if (!sorted.length) { return NaN; }
    var at = level * (sorted.length - 1), low = Math.floor(at), high = Math.ceil(at);
    if (low === high) { return sorted[low]; }
    return sorted[high] === Infinity ? Infinity : sorted[low] + (at - low) * (sorted[high] - sorted[low]);
  }

  // ------------------------------------------------------------ brushes

  var brushes = Array.from(document.querySelectorAll(".brush")).map(function (box) {
    return { select: box.querySelector("select"), sliders: box.querySelectorAll("input"), outputs: box.querySelectorAll("output") };
  });

  function limits(brush) {
    var sorted = ordered[Number(brush.select.value)];
    return Array.from(brush.sliders).map(function (slider) { return quantile(sorted, Number(slider.value) / 100); });
  }

  function kept() {
    var chosen = brushes.filter(function (brush) { return brush.select.value !== ""; });
    var rows = [];
    for (var row = 0; row < futures.count; row += 1) {
      var inside = chosen.every(function (brush) {
        var value = inputs[Number(brush.select.value)][row], ends = brush.ends;
        return value >= ends[0] && value <= ends[1];
      });
      if (inside) { rows.push(row); }
    }
    return rows;
  }

  update = function () {
    brushes.forEach(function (brush) {
      var on = brush.select.value !== "";
      brush.sliders.forEach(function (slider) { slider.disabled = !on; });
      brush.ends = on ? limits(brush) : [];
      brush.outputs.forEach(function (output, side) {
        var size = on ? Math.abs(brush.ends[side]) : 0;
        output.textContent = on ? grouped(brush.ends[side], size >= 100 ? 0 : size >= 1 ? 2 : 4) : "";
      });
    });
    var rows = kept(), few = rows.length < futures.fewest, remain = document.getElementById("remain");
    remain.textContent = fill(few ? "brush.few" : "brush.remain", { count: whole(rows.length), of: whole(futures.count), fewest: futures.fewest });
    remain.className = few ? "remain few" : "remain";
    futures.measures.forEach(function (measure, number) {
      var values = rows.map(function (row) { return measures[number][row]; });
      var known = values.filter(function (value) { return measure.waits ? !Number.isNaN(value) : Number.isFinite(value); }).sort(function (a, b) { return a - b; });
      var happens = values.filter(function (value) { return measure.form === "time" ? Number.isFinite(value) : value >= measure.least; }).length;
      var line = document.querySelector('#figures tr[data-measure="' + measure.name + '"]');
      var cells = line.querySelectorAll("td");
      var words_of = [1, 0, 2].map(function (level) { return few ? "-" : said(quantile(known, futures.levels[level]), measure.form); });
      words_of.push(few ? "-" : chance(happens, values.length));
      words_of.forEach(function (word, cell) { cells[cell].textContent = word; });
    });
  };

  brushes.forEach(function (brush) {
    brush.select.addEventListener("change", function () {
      brush.sliders[0].value = 0;
      brush.sliders[1].value = 100;
      update();
    });
    brush.sliders.forEach(function (slider) { slider.addEventListener("input", update); });
  });
  document.getElementById("reset").addEventListener("click", function () {
    brushes.forEach(function (brush) { brush.select.value = ""; brush.sliders[0].value = 0; brush.sliders[1].value = 100; });
    update();
  });
  update();
})();
