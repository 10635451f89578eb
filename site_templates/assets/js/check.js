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
  const isVisible = (text) => isFilled(text.replace(/\p{Cf}/gu, ""));
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
  const MIDNIGHT = "([T ]00:00(:00(\\.0+)?)?Z?)?$";
  const YEAR_FIRST = new RegExp("^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})" + MIDNIGHT);
  const ISO_WEEK = /^(\d{4})-?[Ww](\d{1,2})$/;
  const DAY_DOT = new RegExp("^(\\d{1,2})\\. ?(\\d{1,2})\\. ?(\\d{4}|\\d{2})" + MIDNIGHT);
  const SLASHED = new RegExp("^(\\d{1,2})[/-](\\d{1,2})[/-](\\d{4}|\\d{2})" + MIDNIGHT);
  const DAY_MONTH_NAME = /^(\d{1,2})[-. ]+([A-Za-z]{3,9})\.?[-, ]+(\d{4}|\d{2})$/;
  const MONTH_NAME_DAY = /^([A-Za-z]{3,9})\.?[- ]+(\d{1,2}),?[- ]+(\d{4}|\d{2})$/;
  const SERIAL = /^(\d{5})(\.0+)?$/;
  const LIKE_A_DAY = /^(\d{1,2}[-. ]?[A-Za-z]{3}|[A-Za-z]{3}[-. ]?\d{1,2}|\d{4}-\d\d-\d\d[^\n]*|\d{5})$/;
  const ID = new RegExp(`^((?!${BLANK})[^,;"'])+$`, "u");
  // No id, word or instant that another column holds is longer.
  const LONGEST_WORD = 80;
  // What a spreadsheet shows instead of a text that it took for a formula.
  const FORMULA_ERROR = /^(#(N\/A|N\/D|NV|DIV\/0!|[A-ZÀ-Þ]{2,10}[!?])|Err:[0-9]{3})$/;
  // What may be repeated of a cell that should hold a score: anything longer may be a note.
  const NO_SCORE = /^(#[^\n]{0,11}|(?=[^\n]*\d)[^\n]{1,12}|[a-z]?|true|false|nan|none|null|na|zero|one|two|three|four|five|six|seven|eight|nine|ten)$/iu;
  const hasWholeYear = (text) => /(^|\D)\d{4}(\D|$)/.test(text);
  const isoMonday = (year, week) => {
    const start = dayOf(year, 1, 4), day = monday(start) + 7 * (week - 1);
    const is = start !== null && week > 0 && new Date((day + 3) * 864e5).getUTCFullYear() === year;
    return is ? [day] : [];
  };
  const possibleDays = (text, months) => {
    let is = null;
    const fits = (pattern) => (is = pattern.exec(text));
    const month = (name) => 1 + months.findIndex((long) => long.startsWith(name.toLowerCase()));
    const day = (year, month, day) => dayOf(Number(year) + (year.length < 3 ? 2000 : 0), Number(month), Number(day));
    const yearFirst = () => is[1].length === 2 && is[3].length === 2 ? day(is[1], is[2], is[3]) : null;
    const read = () => {
      if (fits(YEAR_FIRST)) return [day(is[1], is[2], is[3])];
      if (fits(ISO_WEEK)) return isoMonday(Number(is[1]), Number(is[2]));
      if (fits(DAY_DOT)) return [day(is[3], is[2], is[1]), yearFirst()];
      if (fits(SLASHED)) return [day(is[3], is[1], is[2]), day(is[3], is[2], is[1]), yearFirst()];
      if (fits(DAY_MONTH_NAME)) return [day(is[3], month(is[2]), is[1])];
      if (fits(MONTH_NAME_DAY)) return [day(is[3], month(is[1]), is[2])];
      return fits(SERIAL) ? [SERIAL_ZERO + Number(is[1])] : [];
    };
    return Array.from(new Set(read())).filter((day) => day !== null).sort((one, other) => one - other);
  };
  const INSTANT = /^(\d{4}-\d\d-\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?(?:Z|([+-])([01]\d|2[0-3]):?([0-5]\d))?$/;
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
  // One record from a place in the text, up to its line break: of an open quotation mark, all that follows. `tornAt`:
  // where text first follows a closing quotation mark, as a part of the cell; -1 for nowhere.
  const record = (text, delimiter, at) => {
    const unquoted = new RegExp(`[^\\r\\n${delimiter}]*`, "y"), fields = [];
    let isOpen = false, tornAt = -1;
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
      const closed = at, rest = stretch();
      if (rest && tornAt < 0) tornAt = closed;
      return value + rest;
    };
    if (!/[\r\n]/.test(text[at])) {
      fields.push(field());
      while (text[at] === delimiter) { at++; fields.push(field()); }
    }
    return { fields, end: at, isOpen, tornAt };
  };
  const CONFLICT = /(^|\n)(<{7} |>{7} )/;
  // Twice a separator that is not the file's, which neither a date nor an id holds.
  const OTHER_SEPARATORS = { "\t": /;[^\n]*;|,[^\n]*,/, ";": /\t[^\n]*\t|,[^\n]*,/, ",": /\t[^\n]*\t|;[^\n]*;/ };
  const BARE_NUMBER = new RegExp(`^${BLANK}*\\d{1,2}${BLANK}*$`);
  const WEB_PAGE = new RegExp(`^${BLANK}*<(!doctype|html|head|body|\\?xml)`, "i");
  const WORKBOOKS = ["80,75,3,4", "208,207,17,224"];
  const UTF8_MARK = "239,187,191";
  // Bytes without a character, but for browsers.
  const NOT_WINDOWS = [0x81, 0x8d, 0x8f, 0x90, 0x9d];
  const HEADER_WITHIN = 10, BELIEVED_WEEKS = 104, LONGEST_HEADER = 2000, LONGEST_FOUND = 80;
  // Columns that are repeated as typed, unless they stand behind the text.
  const KEYS = ["week_start", "review_week", "engineer_id", "vibes"];
  const RANKS = ["error", "warning", "info"];
  const inOrder = (one, other) => one < other ? -1 : one > other ? 1 : 0;
  const best = (choices, worth) => choices.reduce((kept, one) => worth(one) > worth(kept) ? one : kept);

  // Bytes by line feeds.
  const split = (bytes) => {
    const lines = [];
    for (let from = 0, to = 0; to >= 0; from = to + 1) {
      to = bytes.indexOf(10, from);
      lines.push(bytes.slice(from, to < 0 ? bytes.length : to));
    }
    return lines;
  };

  const check = (rules, files, today) => {
    const isVibes = rules.kind === "vibes", WEEK = isVibes ? "week_start" : "review_week", TEXT = rules.text;
    const columns = rules.required.concat(rules.optional), limits = rules.schema.properties;
    const now = new Date(), clock = today ? parsed(today) : dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate());
    // The word for who may read it, as it stands in a note from which no separator parts it.
    const WORD = `(${limits.visibility.enum.join("|")})`, READER = new RegExp(`[,;\\t|] *${WORD} *[,;\\t|]|${WORD}[ \\t\\r\\n,;|"')\\]}]*$`);
    // A page that was made weeks ago still knows which weeks have begun; the sample's clock stands still.
    const week = Math.max(parsed(rules.week), rules.is_sample ? FIRST_DAY : monday(clock));

    const filled = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    const quoted = (text) => filled(rules.quotes, { text });
    const problem = (key, values = {}, line = 0, column = "") => {
      const [severity, template] = rules.findings[key], said = { ...rules.bounds, ...values };
      rules.quoted.forEach((name) => { said[name] = quoted(said[name]); });
      return { key, line, column, rule: key.slice(0, 4), severity, found: values.typed || "", message: filled(template, said) };
    };
    const about = (one, engineer_id, day) => {
      const known = day === null ? engineer_id && "engineer_id" : engineer_id ? "both" : "week";
      if (known) one.message = filled(rules.about[known], { finding: one.message, engineer_id, week: day === null || iso(day) });
      return one;
    };
    const possible = (typed) => possibleDays(typed, rules.months);
    const listed = (words) => words.join(", ");

    // ---- a file: bytes -> text -> records -> rows; one that cannot be used throws its problem
    const decoded = (bytes, sheet) => {
      const read = (label, part = bytes, ignoreBOM = false) => new TextDecoder(label, { fatal: true, ignoreBOM }).decode(part);
      const as = (encoding, key) => { sheet.encoding = encoding; sheet.problems.push(problem(key)); };
      const mark = String(bytes.slice(0, 3));
      if (/^255,254|^254,255/.test(mark)) {
        as("utf-16", "V016.utf16");
        let text;
        try { text = read(bytes[0] === 255 ? "utf-16le" : "utf-16be"); } catch (error) { throw problem("V001.cut_off"); }
        if (text.includes("\0")) throw problem("V001.not_synced");
        return text;
      }
      if (bytes.includes(0)) throw problem("V001.not_synced");
      try {
        const text = read("utf-8");
        if (mark === UTF8_MARK) sheet.encoding = "utf-8-sig";
        return text;
      } catch (error) { /* an older encoding */ }
      if (bytes.includes(13) && !bytes.includes(10)) {
        as("mac_roman", "V016.mac_roman");
        return read("macintosh");
      }
      sheet.encoding = "cp1252";
      let isMixed = false;
      // Pasted together of files in both encodings, each line is what it is.
      const lines = split(bytes.slice(mark === UTF8_MARK ? 3 : 0)).map((line) => {
        try {
          const text = read("utf-8", line, true);
          isMixed = isMixed || line.some((byte) => byte > 127);
          return text;
        } catch (error) { /* an older encoding */ }
        if (line.some((byte) => NOT_WINDOWS.includes(byte))) throw problem("V001.encoding");
        return read("windows-1252", line);
      });
      as("cp1252", isMixed ? "V016.mixed" : "V016.cp1252");
      return lines.join("\n");
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
      return best(rules.separators.map(([mark]) => mark), (delimiter) => Math.max(...top.map((line) => score(record(line, delimiter, 0).fields)), 0));
    };
    // Every record with the line where it starts; what follows an open quotation mark is cut off.
    const recordsOf = function* (text, delimiter, sheet) {
      for (let at = 0, line = 1; at < text.length;) {
        let { fields, end, isOpen, tornAt } = record(text, delimiter, at);
        if (tornAt >= 0) {
          // A mark that is never closed ends at the next cell in quotation marks: only a line of its own is believed.
          end = at + text.slice(at).search(/[\r\n]|$/);
          ({ fields, isOpen } = tornAt > end ? { isOpen: true } : record(text.slice(at, end), delimiter, 0));
        }
        if (isOpen) {
          sheet.problems.push(problem("V015.open", { line }, line));
          return;
        }
        const next = end + (text.startsWith("\r\n", end) ? 2 : 1);
        yield { line, last: line + breaks(text.slice(at, end)), fields };
        line += breaks(text.slice(at, next));
        at = next;
      }
    };
    // What a row of names says of the rows below it. `textAt`: where the text stands; -1 for nowhere.
    const namesOf = (fields) => {
      const names = fields.map(normalised);
      while (names.length && !names[names.length - 1]) names.pop();
      return { names, textAt: names.indexOf(TEXT) };
    };
    const headerOf = (top, sheet) => {
      const found = best(top.concat({ line: 0, fields: [] }), (one) => score(one.fields));
      const header = namesOf(found.fields), { names } = header, { line } = found;
      const missing = rules.required.filter((name) => !names.includes(name));
      if (missing.length) {
        const values = { missing: listed(missing), required: listed(rules.required) };
        throw problem("V002.missing", values, missing.length < rules.required.length ? line : 0);
      }
      const separators = rules.separators.map(([separator]) => separator);
      if (separators.some((separator) => found.fields[found.fields.length - 1].endsWith(separator))) throw problem("V002.one_cell", {}, line);
      const twice = columns.filter((name) => names.indexOf(name) !== names.lastIndexOf(name)).sort();
      if (twice.length) throw problem("V002.twice", { twice: listed(twice) }, line);
      const place = top.indexOf(found);
      const above = top.slice(0, place).find(({ fields }) => fields.some(isFilled) && !folded(strip(fields[0])).startsWith("sep="));
      if (above) sheet.problems.push(problem("V017.above", {}, above.line));
      const absent = columns.filter((name) => !names.includes(name));
      names.filter((name) => name && !columns.includes(name)).forEach((name) => {
        const near = nearest(name, absent);
        sheet.problems.push(problem(near ? "V018.near" : "V018.unknown", { name, near, known: listed(columns) }, line, name));
      });
      return { header, place };
    };
    // The header that a row is which names the required columns: files are pasted together, each with its own.
    const headerAgain = ({ fields }, { names }) => {
      const first = normalised(fields[0]);
      if (!names.includes(first) && !columns.includes(first)) return null;
      const found = namesOf(fields), known = found.names.filter((name) => columns.includes(name));
      const isWhole = rules.required.every((name) => known.includes(name)) && new Set(known).size === known.length;
      return isWhole ? found : null;
    };
    // Why the cells of a record may not be in their own columns; nothing if they are.
    const broken = ({ line, last, fields }, { names, textAt }, delimiter) => {
      const width = names.length, isNumber = (at) => BARE_NUMBER.test(fields[at]);
      const isRow = (text) => text.split(delimiter).length >= rules.required.length &&
        text.split(delimiter).some((cell) => possible(keyText(cell)).length);
      const isWide = fields.length === width && textAt < width - 1;
      if (textAt && OTHER_SEPARATORS[delimiter].test(fields[0])) return "V014.separator";
      if (last > line && fields.some((cell) => cell.split(BREAK).slice(1).some(isRow))) return "V015.row";
      if (delimiter === "," && textAt > 0 && textAt < fields.length && !isWide && isNumber(textAt - 1) && isNumber(textAt)) return "V014.decimal";
      if (names.some((name, i) => !name && i < fields.length && isFilled(fields[i]))) return "V014.nameless";
      return textAt !== width - 1 && fields.slice(width).some(isFilled) ? "V014.surplus" : "";
    };
    // The cells of a record by their columns; nothing for one that is no row.
    const rowOf = (one, header, delimiter, sheet) => {
      let { line, fields } = one;
      const { names } = header, last = names.length - 1, [separator, separators] = new Map(rules.separators).get(delimiter);
      const values = { cells: fields.length, columns: names.length, separator, separators }, key = broken(one, header, delimiter);
      if (key) {
        sheet.problems.push(problem(key, values, line));
        return null;
      }
      if (fields.slice(last + 1).some(isFilled)) {
        const joined = fields.slice(last).join(delimiter).replace(new RegExp(`${delimiter}+$`), "");
        fields = fields.slice(0, last).concat(joined);
        sheet.problems.push(problem(`V014.${TEXT}`, values, line, TEXT));
      }
      return { line, cells: new Map(names.slice(0, fields.length).map((name, i) => [name, fields[i]])), cutOff: names.slice(fields.length) };
    };
    const sheetOf = ({ name, bytes }) => {
      const sheet = { file: name, rows: [], problems: [], encoding: "utf-8" };
      try {
        const text = readable(bytes, sheet);
        if (!isFilled(text)) throw problem("V021.empty");
        const delimiter = delimiterOf(text), records = recordsOf(text, delimiter, sheet), top = [];
        // A file without a header is not read to its end.
        while (!top.length || top[top.length - 1].last < HEADER_WITHIN) {
          const { value, done } = records.next();
          if (done) break;
          top.push(value);
        }
        let { header, place } = headerOf(top, sheet);
        const body = top.slice(place + 1).concat(Array.from(records)).filter((one) => one.fields.some(isFilled));
        body.forEach((one) => {
          const again = headerAgain(one, header);
          const row = again ? null : rowOf(one, header, delimiter, sheet);
          if (again) sheet.problems.push(problem(String(again.names) === String(header.names) ? "V017.again" : "V017.other", {}, one.line));
          if (row) sheet.rows.push(row);
          header = again || header;
        });
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
    // The manager that a file's name names, be it a copy of it; empty where it names none.
    const managerOfFile = (file) => {
      const [, rest] = new RegExp(`^${rules.kind}[_ -]([^\\n]+)\\.csv$`, "i").exec(file.normalize("NFKC")) || [];
      const named = rules.managers.filter((one) => rest && folded(rest).startsWith(one) && !/^[\p{L}\p{N}]/u.test(folded(rest).slice(one.length)));
      return named.sort((one, other) => other.length - one.length)[0] || "";
    };
    const managerMeant = (cell, say, { engineer_id: person, file }) => {
      const typed = word(cell), known = rules.managers;
      if (!typed) return managerOfFile(file) || (person ? person.manager : "");
      if (known.includes(typed)) return typed;
      const near = nearest(typed, known);
      return say(near ? "V008.near" : "V008.unknown", { typed, near, known: listed(known) });
    };
    const noDay = (say, rule, typed, days) => {
      const variant = days.length ? "ambiguous" : typed ? "not_a_date" : "empty";
      return say(`${rule}.${variant}`, { typed, days: days.length && days.map(iso).reduce((day, other) => filled(rules.either, { day, other })) });
    };
    // Without its whole year a day of long ago is not believed.
    const dayMeant = (cell, say, rule, today) => {
      const typed = keyText(cell), days = possible(typed).filter((day) => hasWholeYear(typed) || day > today - 7 * BELIEVED_WEEKS);
      const mondays = days.filter((day) => !weekday(day)), fitting = mondays.length === 1 ? mondays : days;
      return fitting.length === 1 ? fitting[0] : noDay(say, rule, typed, days);
    };
    const weekMeant = (cell, say, { engineer_id: person }) => {
      const chosen = dayMeant(cell, say, "V003", week), typed = keyText(cell);
      if (chosen === null) return null;
      const start = monday(chosen), day = iso(chosen);
      if (SERIAL.test(typed)) say("V020.serial", { typed, serial: typed, day });
      if (start !== chosen) say("V005.other_day", { typed, day, weekday: rules.weekdays[weekday(chosen)], monday: iso(start) });
      const outside = (key, day) => say(key, { typed: iso(start), week: iso(start), engineer_id: person && person.id, day });
      if (start > week) outside("V006.future");
      else if (person && start + 6 < parsed(person.from)) outside("V006.before", person.from);
      else if (person && person.to && start > parsed(person.to)) outside("V006.after", person.to);
      return start;
    };
    const reviewMeant = (cell, say) => {
      const day = dayMeant(cell, say, "D001", week + 6);
      return day === null ? null : monday(day);
    };
    const parseScore = (typed) => {
      const [, digit] = /^\+?(\d)([.,]0+)?$/.exec(typed) || [], { minimum, maximum } = rules.score;
      return digit >= minimum && digit <= maximum ? Number(digit) : null;
    };
    const scoreMeant = (cell, say) => {
      const typed = keyText(cell), score = parseScore(typed);
      if (rules.not_given.includes(folded(typed)) || score !== null) return score;
      if (LIKE_A_DAY.test(typed)) return say("V004.day", { typed });
      return NO_SCORE.test(typed) ? say("V004.number", { typed }) : say("V004.words");
    };
    const decisionMeant = (cell, say) => {
      const typed = keyText(cell), known = limits.decision.enum, near = nearest(typed, known);
      return known.includes(folded(typed)) ? folded(typed) : say(`D002.${!typed ? "empty" : near ? "near" : "unknown"}`, { typed, near });
    };
    const textMeant = (cell, say, { decision }) => {
      const text = !isVisible(cell) ? "" : strip(cell).replace(/\r\n?/g, "\n").replace(/^'(?=[=+\-@\t\r])/, ""), { length } = chars(text), longest = limits[TEXT].maxLength;
      const rule = isVibes ? "V009" : "D004";
      if (FORMULA_ERROR.test(text)) return say(`${rule}.formula`);
      if (length > longest) say(`${rule}.long`, { length });
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
      const published = review === null || review + 7 > LAST_DAY ? FIRST_DAY : review + 7;
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
    // Whether it cannot be somebody whom the config no longer knows: words, a score, or an id with what came next.
    const isNoId = (typed, known) => {
      const endings = known.filter((one) => typed.startsWith(one)).map((one) => typed.slice(one.length)).concat(typed);
      return !ID.test(typed) || endings.some((end) => parseScore(end) !== null || rules.decisions.includes(end));
    };
    // Where a row that says nothing holds what nobody leaves in an empty row: it was typed into the wrong cell.
    const strayIn = (cells) => {
      const of = (name) => keyText(cells.get(name) || ""), isNoDay = (name) => of(name) && !possible(of(name)).length;
      const ids = rules.roster.map((one) => one.id), engineer = folded(of("engineer_id")), manager = folded(of("manager")), visibility = folded(of("visibility"));
      return [
        isNoDay(WEEK) && WEEK,
        engineer && !ids.includes(engineer) && (!of(WEEK) || isNoId(engineer, ids)) && "engineer_id",
        manager && !rules.managers.includes(manager) && (!(engineer || of(WEEK)) || isNoId(manager, rules.managers)) && "manager",
        visibility && !limits.visibility.enum.includes(visibility) && "visibility",
        of("saved_at") && !stampOf(of("saved_at")) && "saved_at",
        isNoDay("decided_on") && "decided_on"
      ].find(Boolean);
    };
    // What cannot be read outside the keys may be a piece of a text, behind it torn off by a comma: it is not repeated.
    const hushed = (one, isBehind) => {
      if (!/\p{L}/u.test(one.found) || possible(one.found).length || one.key.endsWith(".near")) return one;
      const message = one.message.split(quoted(one.found)).join(rules.hidden);
      return { ...one, found: "", message: isBehind ? `${message}; ${rules.spilt}` : message };
    };
    const isShifted = (column, cell) => {
      const typed = word(cell), isManager = rules.managers.includes(typed);
      if (column === "visibility") return isManager || possible(typed).length || stampOf(typed.toUpperCase());
      return column === "saved_at" && (isManager || limits.visibility.enum.includes(typed));
    };
    // A text that is nothing but what an empty column should hold: a separator is missing before it.
    const isMisread = (cells) => {
      const cell = cells.get(TEXT) || "", typed = word(cell);
      if (!cell || chars(cell).length > LONGEST_WORD) return false;
      const belongsTo = {
        manager: rules.managers.includes(typed),
        visibility: limits.visibility.enum.includes(typed),
        saved_at: stampOf(typed.toUpperCase()),
        decided_on: possible(typed).length
      };
      return columns.some((name) => belongsTo[name] && !isFilled(cells.get(name) || ""));
    };
    // The column behind the text that begins with a blank, where none before it does: perhaps the end of the text.
    const tornIn = (cells, behind) => {
      const padded = Array.from(cells.keys()).filter((name) => cells.get(name)[0] === " " && isFilled(cells.get(name)));
      const isTorn = padded.length && isFilled(cells.get(TEXT) || "") && padded.every((name) => behind.includes(name));
      return isTorn ? padded[0] : null;
    };
    // What a row says, and all that is wrong with it; neither for one that nobody filled in.
    const entryOf = (file, { line, cells }) => {
      const cell = (name) => cells.get(name) || "", entry = { file, line }, names = Array.from(cells.keys());
      const behind = cells.has(TEXT) ? names.slice(names.indexOf(TEXT) + 1) : [];
      let problems = [];
      Object.entries(MEANT).forEach(([column, meaning]) => {
        const say = (key, values) => {
          problems.push(problem(key, values, line, column));
          return null;
        };
        entry[column] = meaning(cell(column), say, entry);
      });
      const { engineer_id: person, [WEEK]: start } = entry, hasDay = possible(keyText(cell(WEEK))).length;
      const isBlank = isVibes
        ? entry.vibes === null && entry.note === null && !problems.some((one) => one.column === "vibes")
        : !isVisible(cell("decision")) && !isVisible(cell("why"));
      if (isBlank) {
        const column = strayIn(cells);
        return { problems: column ? [problem(isVibes ? "V014.stray" : "V014.stray_decision", {}, line, column)] : [] };
      }
      const misread = isMisread(cells) ? [problem("V014.misread", {}, line, TEXT)] : [];
      const torn = problems.length || misread.length ? null : tornIn(cells, behind);
      if (torn !== null) problems.push(problem("V014.blank", {}, line, torn));
      else problems = problems.map((one) =>
        !behind.includes(one.column) ? (hasDay && KEYS.includes(one.column) ? one : hushed(one, false))
          : isShifted(one.column, cell(one.column)) ? problem("V014.shifted", {}, line, one.column)
          : hushed(one, true)).concat(misread);
      entry.engineer_id = person && person.id;
      return { entry, problems: problems.map((one) => about(one, entry.engineer_id, start)) };
    };

    // Why it is not sure that everyone may read the note of a row that says nothing of it; nothing where it is.
    const doubtOf = ({ line, cells, cutOff }, { note, engineer_id: engineer, week_start: start }, isTorn) => {
      if (!isVibes || note === null || word(cells.get("visibility") || "")) return [];
      const is = READER.exec(word(cells.get("note")));
      const found = is ? problem("V022.word", { word: is[1] || is[2] }, line, "note")
        : isTorn && cutOff.includes("visibility") ? problem("V022.short", {}, line, "visibility") : null;
      return found ? [about(found, engineer, start)] : [];
    };
    const isError = (one) => one.severity === "error";

    // ---- all rows together; `tell` says something of an entry
    const content = (entry) => JSON.stringify({ ...entry, file: 0, line: 0, saved_at: 0, note: (entry.note || "").normalize("NFC") });
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
          if (!won) tell(one, "V012.others", { others: listed(others.map((other) => filled(rules.place, other))) });
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
      const read = rows.map((row) => ({ row, ...entryOf(file, row) })), lost = found.filter((one) => isError(one) && /V014|V015/.test(one.rule));
      const unread = new Set(lost.concat(...read.map((one) => one.problems.filter(isError))).map((one) => one.line));
      const lines = rows.concat(lost).map((one) => one.line).sort((one, other) => one - other);
      const above = new Set(lines.filter((_, i) => unread.has(lines[i + 1])));
      problems.push(...found.map((one) => ({ ...one, file })));
      rowsRead += lost.length;
      read.forEach(({ row, entry, problems: told }) => {
        if (!entry && !told.length) return;
        const isUsed = !told.some(isError), doubt = isUsed ? doubtOf(row, entry, above.has(row.line)) : [];
        rowsRead++;
        problems.push(...told.concat(doubt).map((one) => ({ ...one, file })));
        if (isUsed) entries.push(doubt.length ? { ...entry, visibility: "managers" } : entry);
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
