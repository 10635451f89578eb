// What the checker found in files made elsewhere, as a list by file. Fetched by input.js when a file is chosen.
(function () {
  "use strict";
  var MOST_MEGABYTES = 5;
  var MOST_ROWS = 200;
  // A shape, a word, and a tone where it is not that of the shape: a warning is not a yellow person.
  var MARKS = { error: ["red", "Error"], warning: ["yellow", "Warning", "info"], info: ["info", "Note"] };

  window.tenfour = window.tenfour || {};
  // kit: the helpers of input.js.
  window.tenfour.results = function (kit, check, rules, files) {
    Promise.all(files.map(read)).then(function (all) { show(kit, check, rules, all); });
  };

  // A file's name with its bytes, or with the sentence why it was not read.
  function read(file) {
    if (file.size > MOST_MEGABYTES * 1048576) {
      return { name: file.name, refused: "Larger than " + MOST_MEGABYTES + " MB, so it was not read. A year of scores is far smaller: is it the right file?" };
    }
    return file.arrayBuffer().then(function (buffer) {
      return { name: file.name, bytes: new Uint8Array(buffer) };
    }, function () {
      return { name: file.name, refused: "Cannot be read. Close it in other programs and choose it again; folders cannot be checked." };
    });
  }

  function show(kit, check, rules, all) {
    var make = kit.make, fill = kit.fill, counted = kit.counted, marked = kit.marked;
    var readable = all.filter(function (file) { return file.bytes; }), isOne = readable.length === 1;
    // Together, for what one file says against another; each alone, for what is counted by file.
    var whole = check(rules, readable);

    function ofFile(rows, file) {
      return isOne ? rows : rows.filter(function (one) { return one.file === file.name; });
    }
    function severe(problems, severity) {
      return problems.filter(function (one) { return one.severity === severity; }).length;
    }
    function box(file, index, marks, parts) {
      var part = make("section", "", "box stack"), title = make("h3", file.name);
      title.id = "result-" + index;
      part.setAttribute("aria-labelledby", title.id);
      return fill(part, [title, fill(make("p", "", "lozenges"), marks)].concat(parts));
    }
    function result(file, index) {
      if (file.refused) return box(file, index, [marked("red", "Not read", "lozenge")], [make("p", file.refused)]);
      var alone = isOne ? whole : check(rules, [file]), problems = ofFile(whole.problems, file), accepted = ofFile(whole.accepted, file);
      var marks = Object.keys(MARKS).filter(function (severity) { return severe(problems, severity); }).map(function (severity) {
        return marked(MARKS[severity][0], counted(severe(problems, severity), MARKS[severity][1].toLowerCase()), "lozenge", MARKS[severity][2]);
      });
      if (!marks.length) marks = [marked("green", "No problems", "lozenge")];
      var encoding = alone.encoding ? " · read as " + alone.encoding : "";
      var parts = [make("p", accepted.length + " of " + counted(alone.rows_read, "row") + " used" + encoding, "muted small")];
      if (problems.length) parts.push(fill(make("ul", "", "rows"), problems.map(item)));
      if (accepted.length) parts.push(understood(file, accepted));
      return box(file, index, marks, parts);
    }
    function item(problem) {
      var mark = MARKS[problem.severity], where = [problem.line && "line " + problem.line, problem.column && "column " + problem.column];
      var words = [make("strong", where.filter(Boolean).join(", ") || "the file"), ": " + problem.message + " "];
      // Most sentences name what was typed; where one does not, it stands apart.
      if (problem.found && problem.message.indexOf(problem.found) < 0) words.push("Typed: ", make("code", problem.found), " ");
      words.push(make("span", "[" + problem.rule + "]", "muted"));
      return fill(make("li"), [marked(mark[0], mark[1], "severity", mark[2]), fill(make("div", "", "grow"), words)]);
    }
    function cell(words) { return make("td", words === null || words === "" ? "–" : String(words)); }
    function heading(name) {
      var head = make("th", name.replace(/_/g, " "));
      head.scope = "col";
      return head;
    }
    function understood(file, rows) {
      var names = Object.keys(rows[0]).filter(function (name) { return name !== "file"; });
      var head = fill(make("thead"), [fill(make("tr"), names.map(heading))]), body = make("tbody"), region = make("div", "", "scroll tall");
      fill(body, rows.slice(0, MOST_ROWS).map(function (one) {
        return fill(make("tr"), names.map(function (name) { return cell(one[name]); }));
      }));
      region.tabIndex = 0;
      region.setAttribute("role", "region");
      region.setAttribute("aria-label", "What was understood of " + file.name);
      fill(region, [fill(make("table"), [head, body])]);
      var parts = [make("summary", "What was understood: " + counted(rows.length, "row")), region];
      if (rows.length > MOST_ROWS) parts.push(make("p", "The first " + MOST_ROWS + " are shown.", "muted small"));
      return fill(make("details"), parts);
    }

    var refused = all.length - readable.length, errors = severe(whole.problems, "error") + refused;
    fill(kit.find("results"), all.map(result));
    kit.find("checked").textContent = counted(all.length, "file") + " checked: " + (errors ? counted(errors, "error") + " to mend." : "nothing to mend.");
  }
})();
