// The managers' forms: drafts on this computer, checks while typing, a CSV file to download. No network.
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("form-data").textContent);
  var isVibes = data.kind === "vibes";
  var form = document.getElementById(isVibes ? "vibes-form" : "decisions-form");
  var manager = document.getElementById("manager");
  var week = document.getElementById("week");
  var summary = document.getElementById("errors");
  var said = document.getElementById("said");
  var draftLine = document.getElementById("draft");
  var PREFIX = "tenfour:";
  var DRAFT_DAYS = 60;
  var wasSubmitted = false;

  // ---- what this computer keeps: any call may fail, and the form works without it
  function keep(key, value) {
    try {
      if (value === null) localStorage.removeItem(PREFIX + key);
      else localStorage.setItem(PREFIX + key, JSON.stringify(value));
      return true;
    } catch (error) { return false; }
  }
  function kept(key) {
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch (error) { return null; }
  }
  function forgetOldDrafts() {
    try {
      Object.keys(localStorage).forEach(function (key) {
        if (key.indexOf(PREFIX + "draft:") !== 0) return;
        var draft = kept(key.slice(PREFIX.length));
        if (!draft || Date.now() - draft.at > DRAFT_DAYS * 864e5) localStorage.removeItem(key);
      });
    } catch (error) { /* nothing kept, nothing to forget */ }
  }
  function draftKey() {
    return "draft:" + data.kind + ":" + manager.value + (isVibes ? ":" + week.value : "");
  }

  // ---- the fields
  function option(select, value, label) {
    var item = document.createElement("option");
    item.value = value;
    item.textContent = label;
    select.appendChild(item);
  }
  function people() {
    return Array.prototype.slice.call(form.querySelectorAll("fieldset.person"));
  }
  function scoreOf(person) {
    var chosen = person.querySelector("input[type=radio]:checked");
    return chosen ? chosen.value : "";
  }
  function noteOf(person) { return person.querySelector("textarea").value.trim(); }
  // Notes are for everyone and reasons for managers, unless the box is ticked.
  function boxOf(person) { return person.querySelector(".check input"); }
  function isTicked(person) { return boxOf(person).checked; }
  // Characters as people count them, as the pipeline does: code points, not UTF-16 units.
  function lengthOf(text) { return Array.from(text).length; }

  function showPeople() {
    var list = document.getElementById("people");
    var pattern = document.getElementById("person");
    list.textContent = "";
    data.engineers.forEach(function (engineer) {
      if (engineer.manager !== manager.value) return;
      var part = pattern.content.cloneNode(true);
      var person = part.querySelector("fieldset");
      person.dataset.id = engineer.id;
      person.dataset.name = engineer.name;
      part.querySelector("legend").textContent = engineer.name;
      part.querySelector(".last").textContent = engineer.team + " team · last status: " + engineer.word + ". " + engineer.reason;
      var scores = part.querySelector(".scores");
      scores.setAttribute("aria-label", "Vibes of " + engineer.name);
      data.scores.forEach(function (score) {
        var label = document.createElement("label"), radio = document.createElement("input"), word = document.createElement("span");
        label.className = "choice";
        radio.type = "radio";
        radio.name = "vibes-" + engineer.id;
        radio.value = score.value;
        word.textContent = score.value + " " + score.word;
        label.appendChild(radio);
        label.appendChild(word);
        scores.appendChild(label);
      });
      var note = part.querySelector("textarea"), hint = part.querySelector(".hint"), error = part.querySelector(".error");
      note.id = "why-" + engineer.id;
      hint.id = "hint-" + engineer.id;
      error.id = "error-" + engineer.id;
      note.setAttribute("aria-describedby", hint.id + " " + error.id);
      var noteLabel = part.querySelector(".note-label");
      noteLabel.htmlFor = note.id;
      noteLabel.textContent = "Context note for " + engineer.name + " (optional)";
      list.appendChild(part);
    });
    if (manager.value && !list.children.length) list.textContent = "No engineer has this manager now.";
  }

  function fillFromDraft() {
    var draft = manager.value ? kept(draftKey()) : null;
    people().forEach(function (person) {
      var saved = draft && draft.people[person.dataset.id];
      if (!saved) return;
      var radio = person.querySelector('input[type=radio][value="' + saved.score + '"]');
      if (radio) radio.checked = true;
      person.querySelector("textarea").value = saved.note;
      boxOf(person).checked = isVibes ? saved.isPrivate : saved.isPublic;
    });
    draftLine.textContent = draft ? "Your draft of " + new Date(draft.at).toLocaleString("en-GB") + " is back. It is kept on this computer only." : "";
    people().forEach(count);
  }

  function saveDraft() {
    if (!manager.value) return;
    var entries = {}, some = false;
    people().forEach(function (person) {
      var entry = { score: scoreOf(person), note: person.querySelector("textarea").value };
      entry[isVibes ? "isPrivate" : "isPublic"] = isTicked(person);
      if (entry.score || entry.note) { entries[person.dataset.id] = entry; some = true; }
    });
    var done = keep(draftKey(), some ? { at: Date.now(), people: entries } : null);
    draftLine.textContent = !some ? "" : done ? "Draft saved on this computer only." : "This browser keeps no drafts: download before you close the page.";
  }

  // ---- checks
  function count(person) {
    var left = data.max_note - lengthOf(noteOf(person));
    var hint = person.querySelector(".hint");
    hint.textContent = left < 0 ? "" : left + " of " + data.max_note + " characters left";
  }
  function findings() {
    var found = [];
    if (!manager.value) found.push({ field: manager, at: "error-manager", text: "Choose who you are" });
    people().forEach(function (person) {
      var note = person.querySelector("textarea"), over = lengthOf(noteOf(person)) - data.max_note, id = "error-" + person.dataset.id;
      if (over > 0) found.push({ field: note, at: id, text: "Shorten the note for " + person.dataset.name + " by " + over + (over > 1 ? " characters" : " character") });
      if (!isVibes && scoreOf(person) && !noteOf(person)) found.push({ field: note, at: id, text: "Say why, for " + person.dataset.name });
      if (!isVibes && !scoreOf(person) && noteOf(person)) {
        found.push({ field: person.querySelector("input"), at: id, text: "Choose agree, decline or defer for " + person.dataset.name });
      }
    });
    if (!found.length && !rows().length) {
      found.push({ field: form.querySelector("input[type=radio]") || manager, at: null, text: isVibes ? "Give at least one score or note" : "Decide at least one recommendation" });
    }
    return found;
  }
  function showFindings(found, withSummary) {
    form.querySelectorAll(".error").forEach(function (place) { place.textContent = ""; });
    form.querySelectorAll("[aria-invalid]").forEach(function (field) { field.removeAttribute("aria-invalid"); });
    found.forEach(function (finding) {
      if (!finding.at) return;
      document.getElementById(finding.at).textContent = "Error: " + finding.text;
      finding.field.setAttribute("aria-invalid", "true");
    });
    if (!withSummary && summary.hidden) return;
    var list = summary.querySelector("ul");
    list.textContent = "";
    found.forEach(function (finding) {
      var item = document.createElement("li"), link = document.createElement("a");
      if (!finding.field.id) finding.field.id = "field-" + list.children.length;
      link.href = "#" + finding.field.id;
      link.textContent = finding.text;
      link.addEventListener("click", function (event) { event.preventDefault(); finding.field.focus(); });
      item.appendChild(link);
      list.appendChild(item);
    });
    summary.hidden = !found.length;
  }

  // ---- the file
  function rows() {
    var now = new Date();
    // Seconds are enough, and a spreadsheet leaves this form alone.
    var saved = now.toISOString().slice(0, 19) + "Z";
    var today = now.getFullYear() + "-" + ("0" + (now.getMonth() + 1)).slice(-2) + "-" + ("0" + now.getDate()).slice(-2);
    return people().map(function (person) {
      var score = scoreOf(person), note = noteOf(person), id = person.dataset.id;
      if (!score && (!note || !isVibes)) return null;
      return isVibes
        ? [week.value, id, score, guarded(note), manager.value, isTicked(person) ? "managers" : "everyone", saved]
        : [id, person.dataset.week, score, guarded(note), manager.value, today, isTicked(person) ? "everyone" : "managers"];
    }).filter(Boolean);
  }
  // A spreadsheet would take such text for a formula.
  function guarded(text) { return /^[=+\-@\t\r]/.test(text) ? "'" + text : text; }
  function cell(text) { return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text; }
  function csv(withHeader) {
    var lines = withHeader ? [data.columns].concat(rows()) : rows();
    return lines.map(function (line) { return line.map(cell).join(","); }).join("\r\n") + "\r\n";
  }
  function fileName() {
    if (!isVibes) return "decisions.csv";
    return "vibes_" + manager.value + "_" + week.selectedOptions[0].dataset.week + ".csv";
  }
  function isReady() {
    wasSubmitted = true;
    var found = findings();
    showFindings(found, true);
    if (found.length) { said.textContent = ""; summary.focus(); }
    return !found.length;
  }
  function told(done) {
    var scored = rows().length, all = people().length;
    return done + " " + scored + (scored === 1 ? " row" : " rows") + (isVibes && scored < all ? "; " + (all - scored) + " of " + all + " left out show “no vibes”" : "") + ".";
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (!isReady()) return;
    var link = document.createElement("a");
    // The mark at the start tells a spreadsheet that this is UTF-8.
    link.href = URL.createObjectURL(new Blob(["\ufeff" + csv(true)], { type: "text/csv;charset=utf-8" }));
    link.download = fileName();
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    said.textContent = told(fileName() + " downloaded with") + " Now move it into the shared folder.";
  });

  document.getElementById("copy").addEventListener("click", function () {
    if (!isReady()) return;
    var text = csv(false);
    function byHand() {
      var area = document.getElementById("rows");
      document.getElementById("fallback").hidden = false;
      area.value = text;
      area.focus();
      area.select();
    }
    if (!navigator.clipboard) { byHand(); return; }
    navigator.clipboard.writeText(text).then(function () { said.textContent = told("Copied"); }, byHand);
  });

  document.getElementById("clear").addEventListener("click", function () {
    if (manager.value) keep(draftKey(), null);
    people().forEach(function (person) {
      person.querySelectorAll("input").forEach(function (input) { input.checked = false; });
      person.querySelector("textarea").value = "";
      count(person);
    });
    wasSubmitted = false;
    summary.hidden = true;
    showFindings([], false);
    draftLine.textContent = "";
    said.textContent = "Draft cleared.";
  });

  form.addEventListener("input", function (event) {
    var person = event.target.closest("fieldset.person");
    if (!person) return;
    count(person);
    // While typing only what is already wrong is said; a missing choice waits for the button.
    showFindings(findings().filter(function (finding) { return finding.at && (wasSubmitted || finding.text.indexOf("Shorten") === 0); }), false);
    saveDraft();
  });

  function choose() {
    if (manager.value) keep("manager", manager.value);
    if (isVibes) {
      showPeople();
      wasSubmitted = false;
      summary.hidden = true;
      said.textContent = "";
    }
    showFindings([], false);
    fillFromDraft();
  }

  data.managers.forEach(function (one) { option(manager, one.id, one.name); });
  if (isVibes) {
    data.weeks.forEach(function (one) {
      option(week, one.start, one.label);
      week.lastChild.dataset.week = one.week;
    });
    week.addEventListener("change", choose);
  }
  manager.addEventListener("change", choose);
  forgetOldDrafts();
  var remembered = kept("manager");
  if (data.managers.some(function (one) { return one.id === remembered; })) manager.value = remembered;
  form.hidden = false;
  choose();
})();
