// What the checker found in files made elsewhere, as a list by file. Fetched by input.js when a file is chosen.
(function () {
  "use strict";
  var MOST_MEGABYTES = 5;
  var MOST_ROWS = 200;
  // A shape, and a tone where it is not that of the shape: a warning is not a yellow person.
  var MARKS = { error: ["red"], warning: ["yellow", "info"], info: ["info"] };

  window.tenfour = window.tenfour || {};
  // kit: the helpers of input.js.
  window.tenfour.results = function (kit, check, rules, files) {
    Promise.all(files.map(read(kit))).then(function (all) { show(kit, check, rules, all); });
  };

  // A file's name with its bytes, or with the sentence why it was not read.
  function read(kit) {
    return function (file) {
      if (file.size > MOST_MEGABYTES * 1048576) {
        return { name: file.name, refused: kit.said(kit.words.too_large, { size: MOST_MEGABYTES }) };
      }
      return file.arrayBuffer().then(function (buffer) {
        return { name: file.name, bytes: new Uint8Array(buffer) };
      }, function () {
        return { name: file.name, refused: kit.words.unreadable };
      });
    };
  }

  function show(kit, check, rules, all) {
    var make = kit.make, fill = kit.fill, marked = kit.marked, said = kit.said, words = kit.words;
    var severities = { error: words.is_error, warning: words.is_warning, info: words.is_note };
    var counts = { error: words.errors, warning: words.warnings, info: words.notes };
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
      if (file.refused) return box(file, index, [marked("red", words.not_read, "lozenge")], [make("p", file.refused)]);
      var alone = isOne ? whole : check(rules, [file]), problems = ofFile(whole.problems, file), accepted = ofFile(whole.accepted, file);
      var marks = Object.keys(MARKS).filter(function (severity) { return severe(problems, severity); }).map(function (severity) {
        return marked(MARKS[severity][0], said(counts[severity], { n: severe(problems, severity) }), "lozenge", MARKS[severity][1]);
      });
      if (!marks.length) marks = [marked("green", words.no_problems, "lozenge")];
      var used = said(words.used, { used: accepted.length, n: alone.rows_read });
      var parts = [make("p", alone.encoding ? said(words.read_as, { rows: used, encoding: alone.encoding }) : used, "muted small")];
      if (problems.length) parts.push(fill(make("ul", "", "rows"), problems.map(item)));
      if (accepted.length) parts.push(understood(file, accepted));
      return box(file, index, marks, parts);
    }
    function item(problem) {
      var mark = MARKS[problem.severity], isOfRow = problem.line, isOfColumn = problem.column;
      var where = isOfRow && isOfColumn ? words.at_cell : isOfRow ? words.at_line : isOfColumn ? words.at_column : words.at_file;
      var parts = [make("strong", said(where, problem)), ": " + problem.message + " "];
      // Most sentences name what was typed; where one does not, it stands apart.
      if (problem.found && problem.message.indexOf(problem.found) < 0) parts = parts.concat(kit.around(words.typed, "typed", make("code", problem.found)), " ");
      parts.push(make("span", "[" + problem.rule + "]", "muted"));
      return fill(make("li"), [marked(mark[0], severities[problem.severity], "severity", mark[1]), fill(make("div", "", "grow"), parts)]);
    }
    function cell(value) { return make("td", value === null || value === "" ? "–" : String(value)); }
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
      region.setAttribute("aria-label", said(words.table, { file: file.name }));
      fill(region, [fill(make("table"), [head, body])]);
      var parts = [make("summary", said(words.understood, { n: rows.length })), region];
      if (rows.length > MOST_ROWS) parts.push(make("p", said(words.first_rows, { n: MOST_ROWS }), "muted small"));
      return fill(make("details"), parts);
    }

    var refused = all.length - readable.length, errors = severe(whole.problems, "error") + refused;
    fill(kit.find("results"), all.map(result));
    kit.find("checked").textContent = said(words.checked, { n: all.length, result: errors ? said(words.to_mend, { n: errors }) : words.nothing_to_mend });
  }
})();
