// The managers' pages: what is scored or decided becomes a file, and a file made elsewhere is checked. No network.
(function () {
  "use strict";
  var source = document.getElementById("form-data");
  var data = JSON.parse(source.textContent);
  var rules = data.rules, words = data.words, said = window.tenfour.said;
  var isVibes = data.kind === "vibes";
  var LIMIT = rules.schema.properties[isVibes ? "note" : "why"].maxLength;
  var PREFIX = "tenfour:";
  var DRAFT_DAYS = 90;

  function find(id) { return document.getElementById(id); }
  function on(target, name, act) { target.addEventListener(name, act); }
  function make(tag, text, name) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  }
  // Children are elements or texts.
  function fill(parent, children) {
    parent.replaceChildren.apply(parent, children);
    return parent;
  }
  function listOf(items) { return Array.prototype.slice.call(items); }
  // A shape and a word: the symbols of the whole site.
  function marked(shape, word, name, tone) {
    var mark = make("span", "", name + " is-" + (tone || shape));
    mark.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#s-' + shape + '"/></svg>';
    mark.append(word);
    return mark;
  }
  // A message with an element in the place of that name.
  function around(message, name, element) {
    var parts = message.split("{" + name + "}");
    return [parts[0], element, parts[1]];
  }
  var kit = { find: find, make: make, fill: fill, around: around, marked: marked, said: said, words: words };

  // Scripts that only some visits need; `done` gets the function that it brings, or nothing where it is not to be had.
  function load(name, done) {
    var tenfour = window.tenfour || {}, script = make("script");
    if (tenfour[name]) return done(tenfour[name]);
    function end() { done((window.tenfour || {})[name]); }
    script.src = source.dataset[name];
    on(script, "load", end);
    on(script, "error", end);
    document.head.append(script);
  }

  // ---- what this computer keeps; what it refuses to keep stays until the page is closed
  var unkept = {};
  function keep(key, value) {
    delete unkept[key];
    try {
      if (value === null) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, JSON.stringify(value));
      return true;
    } catch (error) {
      unkept[key] = value;
      return false;
    }
  }
  function kept(key) {
    if (key in unkept) return unkept[key];
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch (error) { return null; }
  }
  function draftAt(key) {
    var draft = kept(key);
    return draft && draft.people ? draft : null;
  }
  function drafts() {
    var keys = Object.keys(unkept);
    try { keys = keys.concat(Object.keys(localStorage).map(function (key) { return key.replace(PREFIX, ""); })); } catch (error) { /* none */ }
    return keys.filter(function (key) { return key.indexOf("draft:") === 0; });
  }
  function forgetOldDrafts() {
    drafts().forEach(function (key) {
      var draft = draftAt(key);
      if (!draft || Date.now() - draft.at > DRAFT_DAYS * 864e5) keep(key, null);
    });
  }
  // Sample data speak for a fixed week: later than that nothing can have been decided.
  function today() {
    var now = new Date(), last = data.rules.last_day;
    var day = now.getFullYear() + "-" + ("0" + (now.getMonth() + 1)).slice(-2) + "-" + ("0" + now.getDate()).slice(-2);
    return data.rules.is_sample && day > last ? last : day;
  }

  // ---- the form
  function entry(form) {
    var manager = find("manager"), week = find("week"), summary = find("errors"), done = find("said"), draftLine = find("draft");
    var weeks = [], wasSubmitted = false, signedBy = null;

    function option(select, value, label) {
      var item = make("option", label);
      item.value = value;
      select.appendChild(item);
    }
    function people() { return listOf(form.querySelectorAll("fieldset.person:not([hidden])")); }
    function scoreOf(person) {
      var chosen = person.querySelector("input[type=radio]:checked");
      return chosen ? chosen.value : "";
    }
    function noteField(person) { return person.querySelector("textarea"); }
    function noteOf(person) { return noteField(person).value.trim(); }
    // Notes are for everyone and reasons for managers, unless the box is ticked.
    function boxOf(person) { return person.querySelector(".check input"); }
    function isFilled(person) { return scoreOf(person) || noteOf(person); }
    // Characters as people count them, as the pipeline does: code points, not UTF-16 units.
    function lengthOf(text) { return Array.from(text).length; }
    function chosenWeek() { return weeks.find(function (one) { return one.start === week.value; }); }
    function draftKey(start) {
      return "draft:" + data.kind + ":" + manager.value + (isVibes ? ":" + start : "");
    }
    function ownKey() { return draftKey(isVibes ? week.value : ""); }

    // ---- cards
    function showFacts(person) {
      var of = chosenWeek(), known = data.facts[person.dataset.id][of.facts], place = person.querySelector(".known");
      place.querySelector("strong").textContent = of.facts_title;
      place.querySelector("dl").hidden = !known;
      known = known || { lozenges: [], reason: words.unknown_week, values: [], note: "" };
      place.querySelector(".reason").textContent = known.reason;
      fill(place.querySelector(".lozenges"), known.lozenges.map(function (mark) { return marked(mark.status, mark.word, "lozenge"); }));
      place.querySelectorAll("dd").forEach(function (cell, index) { cell.textContent = known.values[index]; });
      place.querySelector(".noted").hidden = !known.note;
      place.querySelector("q").textContent = known.note;
    }
    function showPeople() {
      form.querySelectorAll("fieldset.person").forEach(function (person) { person.hidden = person.dataset.manager !== manager.value; });
      people().forEach(showFacts);
      find("known").textContent = manager.value ? chosenWeek().facts_note : "";
      find("nobody").hidden = !manager.value || people().length > 0;
    }

    // ---- drafts
    function entries() {
      var found = {};
      people().forEach(function (person) {
        if (!isFilled(person)) return;
        found[person.dataset.id] = { score: scoreOf(person), note: noteField(person).value, isTicked: boxOf(person).checked };
      });
      return found;
    }
    function draftNow(isDone) {
      var found = entries();
      return Object.keys(found).length ? { at: Date.now(), people: found, isDone: isDone, week: isVibes ? chosenWeek() : null } : null;
    }
    function saveDraft() {
      if (!manager.value) return;
      var draft = draftNow(false), isKept = keep(ownKey(), draft);
      draftLine.textContent = !draft ? "" : isKept ? words.draft_kept : words.draft_unkept;
    }
    function blank(person) {
      person.querySelectorAll("input").forEach(function (input) { input.checked = false; });
      noteField(person).value = "";
    }
    function fillFrom(draft) {
      people().forEach(function (person) {
        var saved = draft && draft.people[person.dataset.id];
        if (!saved) return;
        var radio = listOf(person.querySelectorAll("input[type=radio]")).find(function (one) { return one.value === saved.score; });
        if (radio) radio.checked = true;
        noteField(person).value = saved.note;
        boxOf(person).checked = saved.isTicked;
      });
      var time = draft && new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      draftLine.textContent = draft ? said(words.draft_back, { time: time }) : "";
      people().forEach(count);
    }
    function showOtherDrafts() {
      if (!isVibes) return;
      var others = weeks.filter(function (one) {
        var draft = manager.value && one.start !== week.value && draftAt(draftKey(one.start));
        return draft && !draft.isDone;
      });
      fill(find("drafts"), others.map(function (one) {
        var link = make("a", one.title);
        link.href = "#week";
        on(link, "click", function (event) {
          event.preventDefault();
          week.value = one.start;
          week.focus();
          choose();
        });
        return fill(make("li"), around(words.draft_other, "week", link));
      }));
    }
    // A week with a draft is offered, however long ago it was; one that began since the page was built, from then on.
    function offerWeeks() {
      var begun = data.later_weeks.filter(function (one) { return one.start <= today(); });
      weeks = begun.reverse().concat(data.weeks);
      drafts().sort().reverse().forEach(function (key) {
        var of = key.indexOf("draft:vibes:") === 0 && draftAt(key).week;
        if (of && !weeks.some(function (one) { return one.start === of.start; })) weeks.push(of);
      });
      weeks.forEach(function (one) { option(week, one.start, one.label); });
    }

    // ---- what is wrong, while typing and before anything leaves the page
    function count(person) {
      var left = LIMIT - lengthOf(noteOf(person));
      person.querySelector(".hint").textContent = left < 0 ? "" : said(words.left, { left: left, n: LIMIT });
      var filled = people().filter(isFilled).length, all = people().length;
      find("progress").textContent = all ? said(words.progress, { filled: filled, n: all }) : "";
    }
    // `isPlain`: wrong whatever is still to be typed.
    function finding(field, at, text, isPlain) { return { field: field, at: at, text: text, isPlain: isPlain }; }
    function findings() {
      var found = manager.value ? [] : [finding(manager, "error-manager", words.who)];
      people().forEach(function (person) {
        var id = "error-" + person.dataset.id, over = lengthOf(noteOf(person)) - LIMIT, name = person.dataset.name;
        if (over > 0) found.push(finding(noteField(person), id, said(words.shorten, { name: name, n: over }), true));
        if (!isVibes && scoreOf(person) && !noteOf(person)) found.push(finding(noteField(person), id, said(words.why, { name: name })));
        if (!isVibes && !scoreOf(person) && noteOf(person)) {
          found.push(finding(person.querySelector("input"), id, said(words.decide, { name: name })));
        }
      });
      if (!found.length && !people().some(isFilled)) {
        found.push(finding(form.querySelector("input[type=radio]") || manager, null, words.nothing));
      }
      return found;
    }
    function showFindings(found, withSummary) {
      form.querySelectorAll(".error").forEach(function (place) { place.textContent = ""; });
      form.querySelectorAll("[aria-invalid]").forEach(function (field) { field.removeAttribute("aria-invalid"); });
      found.forEach(function (one) {
        if (!one.at) return;
        find(one.at).textContent = said(words.error, { problem: one.text });
        one.field.setAttribute("aria-invalid", "true");
      });
      if (!withSummary && summary.hidden) return;
      fill(summary.querySelector("ul"), found.map(function (one, index) {
        var link = make("a", one.text);
        if (!one.field.id) one.field.id = "field-" + index;
        link.href = "#" + one.field.id;
        on(link, "click", function (event) { event.preventDefault(); one.field.focus(); });
        return fill(make("li"), [link]);
      }));
      summary.hidden = !found.length;
    }
    function refuse(found) {
      showFindings(found, true);
      done.textContent = "";
      summary.focus();
    }
    // A problem of the checker, at the field from which its cell was made.
    function atField(problem, starts) {
      var person = starts[problem.line];
      if (!person) return finding(form.querySelector("#week") || manager, isVibes ? "error-week" : "error-manager", problem.message);
      var isNote = problem.column === "note" || problem.column === "why";
      return finding(isNote ? noteField(person) : person.querySelector("input"), "error-" + person.dataset.id, said(words.of_person, { name: person.dataset.name, problem: problem.message }));
    }

    // ---- the file
    function row(person, saved) {
      var score = scoreOf(person), note = guarded(noteOf(person)), id = person.dataset.id, isTicked = boxOf(person).checked;
      return isVibes
        ? [week.value, id, score, note, manager.value, isTicked ? "managers" : "everyone", saved]
        : [id, person.dataset.week, score, note, manager.value, today(), isTicked ? "everyone" : "managers"];
    }
    // A spreadsheet would take such text for a formula.
    function guarded(text) { return /^[=+\-@\t\r]/.test(text) ? "'" + text : text; }
    function line(cells) {
      return cells.map(function (text) { return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text; }).join(",") + "\r\n";
    }
    // The rows as text, the whole file as bytes, and whose row starts in which line.
    function build() {
      // Seconds are enough, and a spreadsheet leaves this form alone.
      var saved = new Date().toISOString().slice(0, 19) + "Z", starts = {}, next = 2, filled = people().filter(isFilled);
      var lines = filled.map(function (person) {
        var text = line(row(person, saved));
        starts[next] = person;
        next += text.split("\n").length - 1;
        return text;
      });
      // The mark at the start tells a spreadsheet that this is UTF-8.
      var text = "\ufeff" + line(rules.required.concat(rules.optional)) + lines.join("");
      return { name: fileName(), rows: lines.join(""), bytes: new TextEncoder().encode(text), starts: starts, count: filled.length };
    }
    function fileName() {
      return data.kind + "_" + manager.value + "_" + (isVibes ? chosenWeek().week : today()) + ".csv";
    }
    // Runs what was built through the rules of the pipeline; `leave` gets it only if they find nothing.
    function whenSound(leave) {
      wasSubmitted = true;
      var found = findings();
      if (found.length) return refuse(found);
      var built = build();
      load("check", function (check) {
        var problems = check ? check(rules, [{ name: built.name, bytes: built.bytes }]).problems : [];
        found = problems.filter(function (one) { return one.severity !== "info"; }).map(function (one) { return atField(one, built.starts); });
        if (found.length) return refuse(found);
        showFindings([], true);
        built.doubt = check ? "" : words.unchecked;
        leave(built);
      });
    }
    function tell(message, values, built, next) {
      var left = people().length - built.count, told = said(message, Object.assign({ n: built.count }, values));
      keep(ownKey(), draftNow(true));
      if (isVibes && left) told = said(words.left_out, { done: told, left: left, all: people().length });
      done.textContent = [told + ".", next, built.doubt].filter(Boolean).join(" ");
    }
    function blobOf(built) { return new Blob([built.bytes], { type: "text/csv;charset=utf-8" }); }
    function download(built, error) {
      var link = make("a");
      link.href = URL.createObjectURL(blobOf(built));
      link.download = built.name;
      document.body.appendChild(link);
      link.click();
      link.remove();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
      tell(error ? words.not_saved : words.downloaded, { file: built.name, reason: error }, built, words.to_move);
    }
    function save(built) {
      window.showSaveFilePicker({ suggestedName: built.name, types: [{ description: words.csv_file, accept: { "text/csv": [".csv"] } }] }).then(function (handle) {
        return handle.createWritable().then(function (out) {
          return out.write(blobOf(built)).then(function () { return out.close(); });
        }).then(function () {
          var isRead = handle.name.toLowerCase().indexOf(data.kind) === 0 && /\.csv$/i.test(handle.name);
          tell(words.saved, { file: handle.name }, built, isRead ? words.is_moved : said(words.to_rename, { kind: data.kind }));
        });
      }).catch(function (error) {
        if (error.name === "AbortError") done.textContent = words.cancelled;
        else download(built, error.name);
      });
    }
    function copy(built) {
      function byHand() {
        var area = find("rows");
        find("fallback").hidden = false;
        area.value = built.rows;
        area.focus();
        area.select();
      }
      if (!navigator.clipboard) return byHand();
      navigator.clipboard.writeText(built.rows).then(function () { tell(words.copied, {}, built, words.to_paste); }, byHand);
    }
    function clear() {
      var draft = draftNow(false);
      people().forEach(blank);
      if (manager.value) keep(ownKey(), null);
      choose();
      if (!draft) return;
      var back = make("button", words.bring_back, "button");
      back.type = "button";
      on(back, "click", function () { keep(ownKey(), draft); choose(); find("clear").focus(); });
      fill(done, [words.draft_cleared + " ", back]);
    }

    function choose() {
      // Decided before it was said by whom: these are now the chosen manager's.
      var isUnsigned = signedBy === "" && people().some(isFilled);
      signedBy = manager.value;
      if (manager.value) keep("manager", manager.value);
      wasSubmitted = false;
      summary.hidden = true;
      done.textContent = "";
      showFindings([], false);
      if (isUnsigned) return saveDraft();
      if (isVibes) showPeople();
      people().forEach(blank);
      fillFrom(manager.value ? draftAt(ownKey()) : null);
      showOtherDrafts();
    }

    on(form, "submit", function (event) {
      event.preventDefault();
      whenSound(function (built) { download(built); });
    });
    on(find("copy"), "click", function () { whenSound(copy); });
    on(find("save"), "click", function () { whenSound(save); });
    find("save").hidden = !window.showSaveFilePicker;
    on(find("clear"), "click", clear);
    on(form, "input", function (event) {
      var person = event.target.closest("fieldset.person");
      if (!person) return;
      count(person);
      // While typing only what is already wrong is said; a missing choice waits for the button.
      showFindings(findings().filter(function (one) { return one.at && (wasSubmitted || one.isPlain); }), false);
      saveDraft();
    });
    // A dialog or the clipboard must be asked for soon after the click: the checker should be there by then.
    form.addEventListener("input", function () { load("check", function () {}); }, { once: true });

    data.managers.forEach(function (one) { option(manager, one.id, one.name); });
    forgetOldDrafts();
    if (isVibes) {
      offerWeeks();
      on(week, "change", choose);
    }
    on(manager, "change", choose);
    var remembered = kept("manager");
    if (data.managers.some(function (one) { return one.id === remembered; })) manager.value = remembered;
    form.hidden = false;
    choose();
  }

  // ---- a file made elsewhere: reading it, and what is shown of it, is fetched with the checker
  function fileCheck() {
    var section = find("check"), picker = find("files"), told = find("checked");

    function take(files) {
      if (!files.length) return;
      told.textContent = words.reading;
      load("check", function (check) {
        load("results", function (results) {
          if (check && results) results(kit, check, rules, files);
          else told.textContent = words.no_checker;
        });
      });
    }
    // Anywhere on the page: beside the zone a browser would leave the page and open the file.
    function onFiles(name, act) {
      on(document, name, function (event) {
        if (listOf(event.dataTransfer.types).indexOf("Files") < 0) return;
        event.preventDefault();
        section.classList.toggle("is-over", name === "dragover");
        if (act) act(listOf(event.dataTransfer.files));
      });
    }
    on(picker, "change", function () {
      take(listOf(picker.files));
      // The same file may be chosen again once it is mended.
      picker.value = "";
    });
    onFiles("dragover");
    onFiles("drop", function (files) { section.scrollIntoView(); take(files); });
    on(document, "dragleave", function (event) { if (!event.relatedTarget) section.classList.remove("is-over"); });
  }

  var form = find("vibes-form") || find("decisions-form");
  if (form) entry(form);
  fileCheck();
})();
