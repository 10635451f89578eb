// Draws a figure's chart anew so that it can be explored: choose a week, zoom in on a stretch of time, move along it.
// Points are the rows of the figure's table. Comes with Vega in one script that explore.js loads on a click.
window.tenfourExplore = (function () {
  "use strict";
  var DAY = 864e5, WEEK = 7 * DAY, HEIGHT = 250, LINE = 14;
  var given = window.tenfourCharts;
  var LEFT = 44, TOP = 26, BOTTOM = 40;

  // Monday of an ISO week such as 2026-W47.
  function monday(name) {
    var parts = /^(\d{4})-W(\d\d)$/.exec(name.trim());
    var fourth = new Date(Date.UTC(Number(parts[1]), 0, 4));
    return fourth.getTime() - (fourth.getUTCDay() + 6) % 7 * DAY + (Number(parts[2]) - 1) * WEEK;
  }

  // A number as the page's language writes it: the first in the cell, without its unit.
  function number(text) {
    var mark = (1.5).toLocaleString(document.documentElement.lang).charAt(1);
    var found = /[-\u2212]?\d[\d.,\u00a0\u202f']*/.exec(text);
    if (!found) return NaN;
    return Number(found[0].replace("\u2212", "-").split(mark).map(function (part) { return part.replace(/[^\d-]/g, ""); }).join("."));
  }

  function read(figure, part) {
    var heads = Array.prototype.map.call(figure.querySelectorAll("thead th"), function (cell) { return cell.textContent.trim(); });
    var rows = Array.prototype.map.call(figure.querySelectorAll("tbody tr"), function (row) {
      var cells = Array.prototype.map.call(row.cells, function (cell) { return cell.textContent.trim(); });
      return { x: monday(cells[0]), y: number(cells[1]), text: cells[0].slice(5) + ": " + cells[1], told: told(heads, cells) };
    }).sort(function (a, b) { return a.x - b.x; });
    rows.forEach(function (row, index) {
      var before = rows[index - 1];
      if (!(row.y >= part.y[0] && row.y <= part.y[1])) throw new Error("off the scale: " + row.told);
      row.run = before ? before.run + (part.weekly && row.x - before.x > WEEK ? 1 : 0) : 0;
    });
    return rows;
  }

  function told(heads, cells) {
    var parts = cells.map(function (cell, index) { return heads[index] + ": " + cell; });
    return cells[0] + ". " + parts.filter(function (_, index) { return index && cells[index]; }).join(", ");
  }

  // Weeks by kind of mark: at the week's point, with the looks of the kind.
  function marks(part, rows) {
    return [].concat.apply([], Object.keys(given.marks).map(function (kind) {
      var weeks = (part.marks && part.marks[kind] || []).map(Date.parse);
      return rows.filter(function (row) { return weeks.indexOf(row.x) >= 0; }).map(function (row) {
        return Object.assign({ x: row.x, y: row.y }, given.marks[kind]);
      });
    }));
  }

  // Names in the right margin, apart from each other and in the order of what they name.
  function names(part, place, letters) {
    var rows = [], edge = LINE - TOP;
    part.lines.forEach(function (line) {
      if (isLevel(line)) rows.push({ lines: wrapped(line[1], letters), at: place(line[2]), color: given.styles[line[0]][0] });
    });
    part.bands.forEach(function (band) {
      rows.push({ lines: wrapped(band[0], letters), at: place((band[1] + band[2]) / 2), color: given.muted });
    });
    rows.sort(function (a, b) { return a.at - b.at; });
    rows.forEach(function (row) {
      row.at = Math.max(row.at - LINE * (row.lines.length - 1) / 2, edge);
      edge = row.at + LINE * row.lines.length + 3;
    });
    edge = HEIGHT + BOTTOM - LINE;
    rows.slice().reverse().forEach(function (row) {
      row.at = Math.min(row.at, edge - LINE * (row.lines.length - 1));
      edge = row.at - LINE - 3;
    });
    return [].concat.apply([], rows.map(function (row) {
      return row.lines.map(function (line, index) { return { text: line, at: row.at + LINE * index, color: row.color }; });
    }));
  }

  function wrapped(text, letters) {
    return text.split(" ").reduce(function (lines, word) {
      var last = lines[lines.length - 1];
      if (last && (last + " " + word).length <= letters) lines[lines.length - 1] = last + " " + word;
      else lines.push(word);
      return lines;
    }, []);
  }

  function rules(part, whole) {
    return part.lines.map(function (line) {
      var start = day(line[3], whole[0]), style = given.styles[line[0]];
      var end = isLevel(line) ? day(line[4], whole[1]) : start, level = isLevel(line) ? [line[2], line[2]] : part.y;
      return { x: start, x2: end, y: level[0], y2: level[1], color: style[0], dash: style[1] };
    });
  }

  // Of kind, label, value, first and last day. Without a value the line stands upright, at the switch.
  function isLevel(line) { return typeof line[2] === "number"; }

  function day(iso, otherwise) { return iso ? Date.parse(iso) : otherwise; }

  // Days to name below: Mondays where few weeks are shown, else first days of months; no more than there is room for.
  function days(shown, monday, most) {
    var weeks = (shown[1] - shown[0]) / WEEK, year = new Date(shown[0]).getUTCFullYear(), found = [], month, time;
    if (weeks <= 2 * most) {
      for (time = monday + Math.ceil((shown[0] - monday) / WEEK) * WEEK; time <= shown[1]; time += Math.ceil(weeks / most) * WEEK) found.push(time);
      return found;
    }
    var step = [1, 2, 3, 6].filter(function (months) { return weeks / 4.3 / months <= most; })[0] || 12;
    for (month = 0, time = Date.UTC(year, 0, 1); time <= shown[1]; month += step, time = Date.UTC(year, month, 1)) {
      if (time >= shown[0]) found.push(time);
    }
    return found;
  }

  function position(part) {
    var on = part.scale === "log" ? Math.log : Number;
    return function (value) { return HEIGHT * (on(part.y[1]) - on(value)) / (on(part.y[1]) - on(part.y[0])); };
  }

  function element(tag, name, text) {
    var made = document.createElement(tag);
    made.className = name;
    if (text) made.textContent = text;
    return made;
  }

  // How Vega is to write numbers, days and months: as the page's language does.
  function locales() {
    var language = document.documentElement.lang, marks = {};
    new Intl.NumberFormat(language).formatToParts(12345.6).forEach(function (part) { marks[part.type] = part.value; });
    function names(count, step, style) {
      return Array.from({ length: count }, function (_, index) {
        style.timeZone = "UTC";
        return new Date(Date.UTC(2023, step.month * index, 1 + step.day * index)).toLocaleString(language, style);
      });
    }
    var month = { month: 1, day: 0 }, weekday = { month: 0, day: 1 };
    return {
      formatLocale: { decimal: marks.decimal, thousands: marks.group || "", grouping: [3], currency: ["", ""] },
      timeFormatLocale: {
        dateTime: "%x, %X", date: "%d/%m/%Y", time: "%H:%M:%S", periods: ["AM", "PM"],
        days: names(7, weekday, { weekday: "long" }), shortDays: names(7, weekday, { weekday: "short" }),
        months: names(12, month, { month: "long" }), shortMonths: names(12, month, { month: "short" })
      }
    };
  }

  // `words`: those of the page.
  return function (figure, licences, back, words) {
    return new Promise(function (resolve) { resolve(open(figure, licences, back, words)); });
  };

  function open(figure, licences, back, words) {
    var part = JSON.parse(figure.querySelector("[data-explore]").dataset.explore);
    var rows = read(figure, part), newest = rows.length - 1, at = newest, view, whole, shown, dragged = null;
    whole = shown = [rows[0].x - WEEK / 2, rows[newest].x + WEEK / 2];
    var picture = figure.querySelector(".chart"), box = element("div", "stack"), plot = element("div", ""), canvas = element("div", "");
    var said = element("p", "small"), tools = element("p", "links"), title = figure.querySelector("figcaption").firstChild.textContent;
    var chart = JSON.parse(JSON.stringify(given.charts[part.scale]));

    function width() { return Math.max(plot.clientWidth - LEFT - right, 120); }

    function look(index) {
      at = Math.max(0, Math.min(newest, index));
      if (rows[at].x < shown[0] || rows[at].x > shown[1]) show(rows[at].x - (shown[1] - shown[0]) / 2, shown[1] - shown[0]);
      plot.setAttribute("aria-valuenow", at + 1);
      plot.setAttribute("aria-valuetext", rows[at].told);
      said.textContent = rows[at].told;
      view.data("looked_at", [rows[at]]).runAsync();
    }

    // Shows a stretch of time: never less than four weeks, never more than all.
    function show(start, length) {
      length = Math.min(Math.max(length, 4 * WEEK), whole[1] - whole[0]);
      start = Math.min(Math.max(start, whole[0]), whole[1] - length);
      shown = [start, start + length];
      view.signal("first", shown[0]).signal("last", shown[1]).signal("days", days(shown, rows[0].x, Math.max(2, view.width() / 64)));
    }
    function near(time) {
      return rows.reduce(function (best, row, index) {
        return Math.abs(row.x - time) < Math.abs(rows[best].x - time) ? index : best;
      }, 0);
    }
    function zoom(factor) {
      var length = (shown[1] - shown[0]) * factor, share = (rows[at].x - shown[0]) / (shown[1] - shown[0]);
      show(rows[at].x - length * share, length);
      look(at);
    }
    function move(share) {
      show(shown[0] + share * (shown[1] - shown[0]), shown[1] - shown[0]);
      look(near(Math.min(Math.max(rows[at].x, shown[0] + WEEK / 2), shown[1] - WEEK / 2)));
    }
    function all() { show(whole[0], whole[1] - whole[0]); look(at); }
    function close() {
      window.removeEventListener("resize", fit);
      window.removeEventListener("beforeprint", close);
      view.finalize();
      box.remove();
      back();
    }
    function fit() {
      view.width(width());
      show(shown[0], shown[1] - shown[0]);
      view.runAsync();
    }

    // The time under the pointer.
    function time(event) {
      var share = (event.clientX - plot.getBoundingClientRect().left - LEFT) / view.width();
      return shown[0] + Math.min(Math.max(share, 0), 1) * (shown[1] - shown[0]);
    }
    function drag(event) {
      var now = time(event);
      if (dragged !== null) view.data("drag", [{ x: dragged, x2: now }]);
      look(near(now));
    }
    function drop(event) {
      var start = dragged, end = time(event);
      dragged = null;
      view.data("drag", []);
      // A click, or a hand that shook, chooses a week.
      if (event.type === "pointerup" && start !== null && Math.abs(end - start) > (shown[1] - shown[0]) / 50) {
        show(Math.min(start, end), Math.abs(end - start));
      }
      look(at);
    }
    var keys = {
      ArrowLeft: function () { look(at - 1); }, ArrowRight: function () { look(at + 1); },
      ArrowDown: function () { look(at - 1); }, ArrowUp: function () { look(at + 1); },
      Home: function () { look(0); }, End: function () { look(newest); },
      PageUp: function () { move(-0.5); }, PageDown: function () { move(0.5); },
      "+": function () { zoom(0.5); }, "=": function () { zoom(0.5); }, "-": function () { zoom(2); }, 0: all, Escape: close
    };

    [[words.zoom_in, function () { zoom(0.5); }], [words.zoom_out, function () { zoom(2); }], [words.earlier, function () { move(-0.5); }],
      [words.later, function () { move(0.5); }], [words.all, all], [words.back, close]].forEach(function (tool) {
      var button = element("button", "button", tool[0]);
      button.type = "button";
      button.addEventListener("click", tool[1]);
      tools.appendChild(button);
    });
    var thanks = element("a", "", words.licences);
    thanks.href = licences;
    tools.appendChild(thanks);

    Object.entries({ role: "slider", tabindex: 0, "aria-label": window.tenfour.said(words.week, { title: title }), "aria-valuemin": 1, "aria-valuemax": rows.length })
      .forEach(function (pair) { plot.setAttribute(pair[0], pair[1]); });
    // What is drawn is told by the slider's value; Vega would give it a role of its own.
    canvas.setAttribute("aria-hidden", "true");
    plot.appendChild(canvas);
    // A finger that goes up or down still scrolls the page; a hand that drags selects no words.
    plot.style.touchAction = "pan-y";
    plot.style.userSelect = "none";
    [element("p", "muted small", part.label), plot, said,
      element("p", "muted small", matchMedia("(hover: hover)").matches ? words.hint + " " + words.keys : words.hint), tools].forEach(function (piece) { box.appendChild(piece); });
    picture.parentNode.insertBefore(box, picture);
    picture.hidden = true;

    // On a phone the names in the margin are broken into short lines.
    var isNarrow = plot.clientWidth < 420, right = isNarrow ? 66 : 108;
    chart.padding = { left: LEFT, right: right, top: TOP, bottom: BOTTOM };
    chart.width = width();
    chart.height = HEIGHT;
    var values = { points: rows, rules: rules(part, whole), names: names(part, position(part), isNarrow ? 9 : 16), marks: marks(part, rows), looked_at: [], drag: [],
      headings: part.lines.filter(function (line) { return !isLevel(line); }).map(function (line) { return { x: day(line[3]), text: line[1] }; }),
      bands: part.bands.map(function (band) { return { x: day(band[3], whole[0]), x2: day(band[4], whole[1]), y: Math.max(band[1], part.y[0]), y2: Math.min(band[2], part.y[1]) }; }) };
    chart.data.forEach(function (data) { if (values[data.name]) data.values = values[data.name]; });
    var signals = { first: shown[0], last: shown[1], low: part.y[0], high: part.y[1], ticks: part.ticks };
    chart.signals.forEach(function (signal) { if (signal.name in signals) signal.value = signals[signal.name]; });

    var options = { mode: "vega", ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: false };
    return window.vegaEmbed(canvas, chart, Object.assign(options, locales()))
      .then(function (result) {
        view = result.view;
        all();
        plot.addEventListener("pointerdown", function (event) {
          if (event.button) return;
          dragged = time(event);
          look(near(dragged));
          plot.setPointerCapture(event.pointerId);
        });
        plot.addEventListener("pointermove", drag);
        plot.addEventListener("pointerup", drop);
        plot.addEventListener("pointercancel", drop);
        plot.addEventListener("keydown", function (event) {
          if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
          event.preventDefault();
          keys[event.key]();
        });
        window.addEventListener("resize", fit);
        window.addEventListener("beforeprint", close);
        plot.focus({ preventScroll: true });
      })
      .catch(function (error) {
        box.remove();
        picture.hidden = false;
        throw error;
      });
  }
})();
