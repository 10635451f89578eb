// The checker of managers' files: reads a file as a run of the pipeline reads it, and says the same, word for word.
// `tenfour.check(rules, files, today)`: `rules` as flows/publish/views/input_rules.py makes them, `files` a list of
// {name, bytes}, `today` as 2026-11-23 (this computer's day unless told). Gives what `tenfour vibes check --json` prints.
// Whether a review was held and asked for a decision (D007, D008) only the pipeline knows.
(() => {
  "use strict";

  // ---- text, as Python sees it
  // What Python calls blank: not quite JavaScript's \s.
  const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const IS_BLANK = new RegExp(BLANK);
  const SEPARATORS = new RegExp(`(${BLANK}|[-_])+`, "g");
  const BREAK = /\r\n|\r|\n/g;
  const chars = (text) => Array.from(text);
  const first = (text, count) => chars(text).slice(0, count).join("");
  const breaks = (text) => (text.match(BREAK) || []).length;
  const strip = (text) => {
    let from = 0, to = text.length;
    while (from < to && IS_BLANK.test(text[from])) from++;
    while (to > from && IS_BLANK.test(text[to - 1])) to--;
    return text.slice(from, to);
  };
  const isFilled = (text) => strip(text) !== "";
  const keyText = (cell) => strip(cell.normalize("NFKC").replace(/\p{Cf}/gu, ""));
  // str.casefold: that of Cherokee is the capital, and ı is no i.
  const folded = (text) => chars(text).map((letter) =>
    letter === "ı" ? letter
      : /\p{Script=Cherokee}/u.test(letter) ? letter.toUpperCase()
      : letter.toLowerCase().toUpperCase().toLowerCase()
  ).join("");
  const word = (cell) => folded(keyText(cell));
  const normalised = (header) => word(header).replace(SEPARATORS, "_");

  // ---- the nearest of some words in small letters, as difflib finds it
  const common = (one, other) => {
    let longest = 0, atOne, atOther, ends = [];
    one.forEach((letter, i) => {
      const next = [];
      other.forEach((its, j) => {
        if (letter !== its) return;
        next[j] = (ends[j - 1] || 0) + 1;
        if (next[j] > longest) [longest, atOne, atOther] = [next[j], i + 1 - next[j], j + 1 - next[j]];
      });
      ends = next;
    });
    return longest && longest + common(one.slice(0, atOne), other.slice(0, atOther)) +
      common(one.slice(atOne + longest), other.slice(atOther + longest));
  };
  const nearest = (typed, known) => {
    const letters = chars(folded(typed));
    let best = { ratio: 0.6, word: "" };
    known.forEach((word) => {
      const its = chars(word), half = (its.length + letters.length) / 2;
      if (Math.min(its.length, letters.length) / half < best.ratio) return;
      const ratio = common(its, letters) / half;
      if (ratio > best.ratio || (ratio === best.ratio && word > best.word)) best = { ratio, word };
    });
    return best.word;
  };

  // ---- days, counted from 1970-01-01
  const dayOf = (year, month, day) => {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date / 864e5 : null;
  };
  const iso = (day) => new Date(day * 864e5).toISOString().slice(0, 10);
  const parsed = (text) => dayOf(...text.split("-").map(Number));
  const weekday = (day) => (day % 7 + 10) % 7;
  const monday = (day) => day - weekday(day);
  const FIRST_DAY = dayOf(1, 1, 1), LAST_DAY = dayOf(9999, 12, 31), SERIAL_ZERO = dayOf(1899, 12, 30);

  // ---- dates as people type them
  // A pattern for a whole cell; # is a digit of any script, _ may be a blank.
  const whole = (source) => new RegExp(`^(?:${source.replace(/#/g, "\\p{Nd}").replace(/_/g, BLANK + "?")})$`, "u");
  const MIDNIGHT = "(?:[T ]00:00(?::00(?:\\.0+)?)?Z?)?";
  const YEAR_FIRST = whole("(#{4})[-/.](#{1,2})[-/.](#{1,2})" + MIDNIGHT);
  const ISO_WEEK = whole("(#{4})-?[Ww](#{1,2})");
  const DAY_DOT = whole("(#{1,2})\\._(#{1,2})\\._(#{4}|#{2})" + MIDNIGHT);
  const SLASHED = whole("(#{1,2})[/-](#{1,2})[/-](#{4}|#{2})" + MIDNIGHT);
  const DAY_MONTH_NAME = whole("(#{1,2})[-. ]+([A-Za-z]{3,9})\\.?[-, ]+(#{4}|#{2})");
  const MONTH_NAME_DAY = whole("([A-Za-z]{3,9})\\.?[- ]+(#{1,2}),?[- ]+(#{4}|#{2})");
  const SERIAL = whole("(#{5})(?:\\.0+)?");
  const LIKE_A_DAY = whole("#{1,2}[-. ]?[A-Za-z]{3}|[A-Za-z]{3}[-. ]?#{1,2}|#{4}-##-##[^\\n]*|#{5}");
  const isDigit = (code) => /\p{Nd}/u.test(String.fromCodePoint(code));
  const number = (digits) => Number(digits.replace(/\p{Nd}/gu, (digit) => {
    let value = 0;
    while (isDigit(digit.codePointAt(0) - value - 1)) value++;
    return value % 10;
  }));
  const isoMonday = (year, week) => {
    const start = dayOf(year, 1, 4), day = monday(start) + 7 * (week - 1);
    const is = start !== null && week > 0 && new Date((day + 3) * 864e5).getUTCFullYear() === year;
    return is ? [day] : [];
  };
  const possibleDays = (text, months) => {
    let is = null;
    const fits = (pattern) => (is = pattern.exec(text));
    const month = (name) => 1 + months.findIndex((long) => long.startsWith(name.toLowerCase()));
    const day = (year, month, day) => dayOf(number(year) + (chars(year).length < 3 ? 2000 : 0), month, number(day));
    const read = () => {
      if (fits(YEAR_FIRST)) return [day(is[1], number(is[2]), is[3])];
      if (fits(ISO_WEEK)) return isoMonday(number(is[1]), number(is[2]));
      if (fits(DAY_DOT)) return [day(is[3], number(is[2]), is[1])];
      if (fits(SLASHED)) return [day(is[3], number(is[1]), is[2]), day(is[3], number(is[2]), is[1])];
      if (fits(DAY_MONTH_NAME)) return [day(is[3], month(is[2]), is[1])];
      if (fits(MONTH_NAME_DAY)) return [day(is[3], month(is[1]), is[2])];
      return fits(SERIAL) ? [SERIAL_ZERO + number(is[1])] : [];
    };
    return Array.from(new Set(read())).filter((day) => day !== null).sort((one, other) => one - other);
  };
  const INSTANT = /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?(?:Z|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)?)?$/;
  // An instant as text that sorts by time; empty for none.
  const stampOf = (text) => {
    const [is, date, hour, minute, second, fraction, sign, hours, minutes] = INSTANT.exec(text) || [];
    const day = is ? parsed(date) : null, of = (part) => Number(part || 0);
    const east = (of(hours) * 60 + of(minutes)) * (sign === "-" ? -1 : 1);
    const seconds = ((day * 24 + of(hour)) * 60 + of(minute) - east) * 60 + of(second);
    if (day === null || seconds < FIRST_DAY * 86400 || seconds >= (LAST_DAY + 1) * 86400) return "";
    return 2e12 + seconds + ((fraction || "") + "000000").slice(0, 6);
  };

  // ---- CSV, as Python's csv module reads it
  const LONGEST_FIELD = 131072;
  const isTooLong = (field) => field.length > LONGEST_FIELD && chars(field).length > LONGEST_FIELD;
  // One record from a place in the text, up to its line break; of an open quotation mark, all that follows.
  const record = (text, delimiter, at) => {
    const unquoted = new RegExp(`[^\\r\\n${delimiter}]*`, "y"), fields = [];
    let isOpen = false;
    const stretch = () => {
      unquoted.lastIndex = at;
      const part = unquoted.exec(text)[0];
      at += part.length;
      return part;
    };
    const field = () => {
      if (text[at] !== '"') return stretch();
      let value = "";
      do {
        const from = at + 1, end = text.indexOf('"', from);
        isOpen = end < 0;
        at = isOpen ? text.length : end + 1;
        value += text.slice(from, isOpen ? at : end) + (text[at] === '"' ? '"' : "");
      } while (text[at] === '"');
      return value + stretch();
    };
    if (!/[\r\n]/.test(text[at])) {
      fields.push(field());
      while (text[at] === delimiter) { at++; fields.push(field()); }
    }
    return { fields, end: at, isOpen };
  };

  const FILE_OF_MANAGER = {
    vibes: /^vibes[_ -]([^\n]+?)([_ -]\d{4}-?W\d\d[^\n]*)?\.csv$/i,
    decisions: /^decisions[_ -]([^\n]+?)([_ -]\d{4}-[^\n]*)?\.csv$/i
  };
  const CONFLICT = /(^|\n)(<{7} |={7}(\n|$)|>{7} )/;
  const WEB_PAGE = new RegExp(`^${BLANK}*<(!doctype|html|head|body|\\?xml)`, "i");
  const WORKBOOKS = ["80,75,3,4", "208,207,17,224"];
  // Bytes without a character, but for browsers.
  const NOT_WINDOWS = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
  const HEADER_WITHIN = 10, LONGEST_HEADER = 2000, LONGEST_FOUND = 80;
  const RANKS = ["error", "warning", "info"];
  const inOrder = (one, other) => one < other ? -1 : one > other ? 1 : 0;
  const best = (choices, worth) => choices.reduce((kept, one) => worth(one) > worth(kept) ? one : kept);

  const check = (rules, files, today) => {
    const isVibes = rules.kind === "vibes", WEEK = isVibes ? "week_start" : "review_week", TEXT = isVibes ? "note" : "why";
    const columns = rules.required.concat(rules.optional), limits = rules.schema.properties;
    const now = new Date(), clock = today ? parsed(today) : dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate());
    // A page that was made weeks ago still knows which weeks have begun; the sample's clock stands still.
    const week = Math.max(parsed(rules.week), rules.is_sample ? FIRST_DAY : monday(clock));

    const problem = (key, values = {}, line = 0, column = "") => {
      const [severity, template] = rules.findings[key];
      const message = template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
      return { key, line, column, rule: key.slice(0, 4), severity, found: values.typed || "", message };
    };
    const about = (one, engineer, day) => {
      const parts = [engineer, day === null ? "" : `week of ${iso(day)}`].filter(Boolean);
      if (parts.length) one.message += ` (${parts.join(", ")})`;
      return one;
    };
    const possible = (typed) => possibleDays(typed, rules.months);
    const listed = (words) => words.join(", ");

    // ---- a file: bytes -> text -> records -> rows; one that cannot be used throws its problem
    const decoded = (bytes, sheet) => {
      const read = (label) => new TextDecoder(label, { fatal: true }).decode(bytes);
      const as = (encoding, key) => { sheet.encoding = encoding; sheet.problems.push(problem(key)); };
      const mark = String(bytes.slice(0, 3));
      if (/^255,254|^254,255/.test(mark)) {
        as("utf-16", "V016.utf16");
        try { return read(bytes[0] === 255 ? "utf-16le" : "utf-16be"); } catch (error) { throw problem("V001.cut_off"); }
      }
      if (bytes.includes(0)) throw problem("V001.not_synced");
      try {
        const text = read("utf-8");
        if (mark === "239,187,191") sheet.encoding = "utf-8-sig";
        return text;
      } catch (error) { /* an older encoding */ }
      if (bytes.includes(13) && !bytes.includes(10)) {
        as("mac_roman", "V016.mac_roman");
        return read("macintosh");
      }
      if (NOT_WINDOWS.some((byte) => bytes.includes(byte))) throw problem("V001.encoding");
      as("cp1252", "V016.cp1252");
      return read("windows-1252");
    };
    const readable = (bytes, sheet) => {
      if (WORKBOOKS.includes(String(bytes.slice(0, 4)))) throw problem("V001.workbook");
      const text = decoded(bytes, sheet), mark = CONFLICT.exec(text);
      if (WEB_PAGE.test(text)) throw problem("V001.web_page");
      if (mark) throw problem("V001.conflict", {}, 1 + breaks(text.slice(0, mark.index + mark[1].length)));
      return text;
    };
    // How many of the required columns, then of all, stand in a row: as one number.
    const score = (fields) => {
      const found = fields.map(normalised), count = (names) => names.filter((name) => found.includes(name)).length;
      return count(rules.required) * 100 + count(columns);
    };
    const delimiterOf = (text) => {
      const lines = text.split(BREAK, HEADER_WITHIN + 1).filter(isFilled);
      const top = lines.map((line) => first(line.slice(0, 2 * LONGEST_HEADER), LONGEST_HEADER));
      return best([",", ";", "\t"], (delimiter) => Math.max(...top.map((line) => score(record(line, delimiter, 0).fields)), 0));
    };
    // Every record with the line where it starts; what follows an open quotation mark is cut off.
    const recordsOf = (text, delimiter, sheet) => {
      const records = [];
      for (let at = 0, line = 1; at < text.length;) {
        const { fields, end, isOpen } = record(text, delimiter, at);
        if (isOpen || fields.some(isTooLong)) {
          sheet.problems.push(problem("V015.open", { line }, line));
          break;
        }
        records.push({ line, fields });
        const next = end + (text.startsWith("\r\n", end) ? 2 : 1);
        line += breaks(text.slice(at, next));
        at = next;
      }
      return records;
    };
    const headerOf = (records, sheet) => {
      const top = records.filter((one) => one.line <= HEADER_WITHIN);
      const header = best(top.concat(top.length ? [] : records.slice(0, 1), { line: 0, fields: [] }), (one) => score(one.fields));
      const names = header.fields.map(normalised), line = header.line;
      const missing = rules.required.filter((name) => !names.includes(name));
      if (missing.length) {
        const values = { missing: listed(missing), required: listed(rules.required) };
        throw problem("V002.missing", values, missing.length < rules.required.length ? line : 0);
      }
      const twice = columns.filter((name) => names.indexOf(name) !== names.lastIndexOf(name)).sort();
      if (twice.length) throw problem("V002.twice", { twice: listed(twice) }, line);
      const place = records.indexOf(header);
      const above = records.slice(0, place).find(({ fields }) => fields.some(isFilled) && !strip(fields[0]).startsWith("sep="));
      if (above) sheet.problems.push(problem("V017.above", {}, above.line));
      const absent = columns.filter((name) => !names.includes(name));
      names.filter((name) => name && !columns.includes(name)).forEach((name) => {
        const near = nearest(name, absent);
        sheet.problems.push(problem(near ? "V018.near" : "V018.unknown", { name, near, known: listed(columns) }, line, name));
      });
      return { names, place };
    };
    // The cells of a record by their columns; nothing for one that is no row.
    const rowOf = ({ line, fields }, names, delimiter, sheet) => {
      const last = names.length - 1, note = (...found) => { sheet.problems.push(problem(...found)); };
      if (names.every((name, i) => i < fields.length && normalised(fields[i]) === name)) return note("V017.again", {}, line);
      if (fields.slice(last + 1).some(isFilled)) {
        if (names[last] !== "note") return note("V014.surplus", { cells: fields.length, columns: names.length }, line);
        fields = fields.slice(0, last).concat(fields.slice(last).join(delimiter));
        note("V014.note", {}, line, "note");
      }
      const cells = new Map();
      names.forEach((name, i) => { if (name && i < fields.length) cells.set(name, fields[i]); });
      return { line, cells };
    };
    const sheetOf = ({ name, bytes }) => {
      const sheet = { file: name, rows: [], problems: [], encoding: "utf-8" };
      try {
        const text = readable(bytes, sheet);
        if (!isFilled(text)) throw problem("V021.empty");
        const delimiter = delimiterOf(text), records = recordsOf(text, delimiter, sheet);
        const { names, place } = headerOf(records, sheet);
        const body = records.slice(place + 1).filter((one) => one.fields.some(isFilled));
        sheet.rows = body.map((one) => rowOf(one, names, delimiter, sheet)).filter(Boolean);
        if (!body.length) throw problem("V021.no_rows");
      } catch (found) {
        if (!found.rule) throw found;
        sheet.problems.push(found);
      }
      return sheet;
    };

    // ---- what a cell means; `say` tells what is wrong with it, and is nothing itself
    const engineerMeant = (cell, say) => {
      const typed = keyText(cell), key = folded(typed), find = (is) => rules.roster.filter(is).pop();
      const person = find((one) => one.id === key);
      if (person) return person;
      if (!typed) return say("V007.empty");
      const named = find((one) => folded(one.name) === key);
      const near = named ? named.id : nearest(typed, rules.roster.map((one) => one.id));
      return say(near ? "V007.near" : "V007.unknown", { typed, near });
    };
    const managerMeant = (cell, say, { engineer_id: person, file }) => {
      const typed = word(cell), known = rules.managers, named = folded((FILE_OF_MANAGER[rules.kind].exec(file) || ["", ""])[1]);
      if (!typed) return known.includes(named) ? named : person ? person.manager : "";
      if (known.includes(typed)) return typed;
      const near = nearest(typed, known);
      return say(near ? "V008.near" : "V008.unknown", { typed, near, known: listed(known) });
    };
    const noDay = (say, rule, typed, days) => {
      const variant = days.length ? "ambiguous" : typed ? "not_a_date" : "empty";
      return say(`${rule}.${variant}`, { typed, days: days.map(iso).join(" or ") });
    };
    const dayMeant = (cell, say, rule) => {
      const typed = keyText(cell), days = possible(typed), mondays = days.filter((day) => !weekday(day));
      const fitting = mondays.length === 1 ? mondays : days;
      return fitting.length === 1 ? fitting[0] : noDay(say, rule, typed, days);
    };
    const weekMeant = (cell, say, { engineer_id: person }) => {
      const chosen = dayMeant(cell, say, "V003"), typed = keyText(cell);
      if (chosen === null) return null;
      const start = monday(chosen), day = iso(chosen);
      if (SERIAL.test(typed)) say("V020.serial", { typed, day });
      if (start !== chosen) say("V005.other_day", { typed, day, weekday: rules.weekdays[weekday(chosen)], monday: iso(start) });
      const outside = (key, day) => say(key, { typed: iso(start), week: iso(start), engineer_id: person && person.id, day });
      if (start > week) outside("V006.future");
      else if (person && start + 6 < parsed(person.from)) outside("V006.before", person.from);
      else if (person && person.to && start > parsed(person.to)) outside("V006.after", person.to);
      return start;
    };
    const reviewMeant = (cell, say) => {
      const day = dayMeant(cell, say, "D001");
      return day === null ? null : monday(day);
    };
    const scoreMeant = (cell, say) => {
      const typed = keyText(cell), [, digit] = /^\+?(\d)([.,]0+)?$/.exec(typed) || [];
      if (rules.not_given.includes(folded(typed))) return null;
      if (digit >= limits.vibes.minimum && digit <= limits.vibes.maximum) return Number(digit);
      return say(LIKE_A_DAY.test(typed) ? "V004.day" : "V004.number", { typed });
    };
    const decisionMeant = (cell, say) => {
      const typed = keyText(cell), known = limits.decision.enum, near = nearest(typed, known);
      return known.includes(folded(typed)) ? folded(typed) : say(`D002.${!typed ? "empty" : near ? "near" : "unknown"}`, { typed, near });
    };
    const textMeant = (cell, say, { decision }) => {
      const text = strip(cell).replace(/^'(?=[=+\-@\t\r])/, ""), { length } = chars(text), longest = limits[TEXT].maxLength;
      if (length > longest) say(isVibes ? "V009.long" : "D004.long", { length, longest });
      if (!text && decision) say("D003.no_reason", { decision });
      return first(text, longest) || null;
    };
    const visibilityMeant = (cell, say) => {
      const typed = word(cell), isKnown = !typed || limits.visibility.enum.includes(typed);
      if (!isKnown) say(`V010.${TEXT}`, { typed });
      return isKnown ? typed || rules.usual_visibility : "managers";
    };
    const savedMeant = (cell, say) => {
      const typed = keyText(cell), stamp = stampOf(typed);
      return stamp || (typed && say("V011.not_an_instant", { typed }));
    };
    const decidedMeant = (cell, say, { review_week: review }) => {
      const typed = keyText(cell), days = possible(typed), last = week + 6;
      const published = review === null ? FIRST_DAY : Math.min(review + 7, LAST_DAY);
      const fitting = days.filter((day) => published <= day && day <= last);
      if (!typed) return null;
      if (fitting.length === 1) return fitting[0];
      if (days.length !== 1) return noDay(say, "D005", typed, days);
      if (days[0] > last) return say("D005.future", { typed, day: iso(days[0]) });
      say("D006.before", { typed, day: iso(days[0]), published: iso(published) });
      return days[0];
    };
    const MEANT = isVibes
      ? { engineer_id: engineerMeant, week_start: weekMeant, vibes: scoreMeant, manager: managerMeant, note: textMeant, visibility: visibilityMeant, saved_at: savedMeant }
      : { engineer_id: engineerMeant, review_week: reviewMeant, decision: decisionMeant, why: textMeant, manager: managerMeant, decided_on: decidedMeant, visibility: visibilityMeant };

    // ---- a row
    // What cannot be read behind a reason may be the end of one with a comma in it: it is not repeated.
    const hushed = (one) => {
      if (!one.found || possible(one.found).length || one.key.endsWith(".near")) return one;
      return { ...one, found: "", message: `${one.message.split(`"${one.found}"`).join(rules.hidden)}; ${rules.spilt}` };
    };
    const isBlank = (cell) => !isFilled(cell(TEXT)) && (isVibes ? rules.not_given.includes(word(cell("vibes"))) : !isFilled(cell("decision")));
    const entryOf = (file, { line, cells }, cell) => {
      const entry = { file, line }, problems = [], names = Array.from(cells.keys());
      const spilt = cells.has("why") ? names.slice(names.indexOf("why") + 1) : [];
      Object.entries(MEANT).forEach(([column, meaning]) => {
        const say = (key, values) => {
          const one = problem(key, values, line, column);
          problems.push(spilt.includes(column) && !isVibes ? hushed(one) : one);
          return null;
        };
        entry[column] = meaning(cell(column), say, entry);
      });
      entry.engineer_id = entry.engineer_id && entry.engineer_id.id;
      return { entry, problems: problems.map((one) => ({ ...about(one, entry.engineer_id, entry[WEEK]), file })) };
    };

    // ---- all rows together; `tell` says something of an entry
    const content = (entry) => JSON.stringify({ ...entry, file: 0, line: 0, saved_at: 0 });
    const isSame = (entries) => new Set(entries.map(content)).size === 1;
    // The first of rows that say the same; of others the newest, if every one says when it was saved.
    const winner = (rivals) => {
      if (isSame(rivals)) return rivals[0];
      const last = rivals.map((one) => one.saved_at).sort().pop(), newest = rivals.filter((one) => one.saved_at === last);
      return rivals.every((one) => one.saved_at) && isSame(newest) ? newest[0] : null;
    };
    const settled = (entries, tell) => {
      const byKey = new Map(), key = (one) => listed([one.week_start, one.engineer_id, one.manager]);
      entries.forEach((one) => byKey.set(key(one), (byKey.get(key(one)) || []).concat(one)));
      return Array.from(byKey.values(), (rivals) => {
        const won = winner(rivals);
        rivals.forEach((one) => {
          const others = rivals.slice(0, 4).filter((other) => other !== one).slice(0, 3);
          if (!won) tell(one, "V012.others", { others: listed(others.map((other) => `${other.file} line ${other.line}`)) });
          else if (!isSame([one, won])) tell(one, "V013.replaced", won);
        });
        return won;
      }).filter(Boolean);
    };
    // Rows that say the same are one; of two on one day that differ, only their place says which is the later.
    const told = (entries, tell) => {
      const contents = entries.map(content), kept = entries.filter((_, i) => contents.indexOf(contents[i]) === i);
      kept.forEach((one, i) => {
        const isRival = (other) => ["engineer_id", "review_week", "decided_on"].every((name) => other[name] === one[name]);
        const later = kept.slice(i + 1).find(isRival);
        if (later && later.decision !== one.decision) tell(one, "D009.same_day", { ...later, typed: one.decision }, "decided_on");
      });
      return kept;
    };

    const byName = files.slice().sort((one, other) => inOrder(one.name, other.name));
    const sheets = byName.map(sheetOf), problems = [], entries = [];
    let rowsRead = 0;
    sheets.forEach(({ file, rows, problems: found }) => {
      problems.push(...found.map((one) => ({ ...one, file })));
      if (isVibes) rowsRead += found.filter((one) => one.severity === "error" && /V014|V015/.test(one.rule)).length;
      rows.forEach((row) => {
        const cell = (name) => row.cells.get(name) || "";
        if (isBlank(cell)) return;
        rowsRead++;
        const read = entryOf(file, row, cell);
        problems.push(...read.problems);
        if (read.problems.every((one) => one.severity !== "error")) entries.push(read.entry);
      });
    });
    const used = (isVibes ? settled : told)(entries, (one, key, values, column) => {
      problems.push({ ...about(problem(key, values, one.line, column), one.engineer_id, one[WEEK]), file: one.file });
    });
    const byPlace = (one, other) => inOrder(one.file, other.file) || one.line - other.line;
    const byWeight = (one, other) => RANKS.indexOf(one.severity) - RANKS.indexOf(other.severity) || inOrder(one.rule, other.rule);
    const withFile = ({ file, ...one }) => files.length > 1 ? { file, ...one } : one;
    const day = (value) => typeof value === "number" ? iso(value) : value;
    return {
      file: listed(byName.map((one) => one.name)),
      encoding: listed(Array.from(new Set(sheets.map((one) => one.encoding))).sort()),
      rows_read: rowsRead,
      rows_used: used.length,
      accepted: used.sort(byPlace).map(({ saved_at, ...one }) => withFile({ ...one, [WEEK]: iso(one[WEEK]), ...(isVibes ? {} : { decided_on: day(one.decided_on) }) })),
      problems: problems.sort((one, other) => byPlace(one, other) || byWeight(one, other)).map(({ key, ...one }) => {
        const isLong = chars(one.found).length > LONGEST_FOUND;
        return withFile({ ...one, found: isLong ? first(one.found, LONGEST_FOUND - 3) + "..." : one.found });
      })
    };
  };
  window.tenfour = window.tenfour || {};
  window.tenfour.check = check;
})();
