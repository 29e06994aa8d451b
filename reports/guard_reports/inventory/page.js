(function () {
  "use strict";
  var get = function (id) { return document.getElementById(id); };
  var text = get("f-text"), level = get("f-level"), dept = get("f-dept"), review = get("f-review"), conflict = get("f-conflict");
  var out = get("f-count"), none = get("none"), timer = 0;
  var rows = [], groups = Array.prototype.map.call(document.querySelectorAll("article"), function (box) {
    var own = Array.prototype.map.call(box.querySelectorAll(".cols tbody tr"), function (tr) {
      return { node: tr, level: tr.dataset.l, review: "r" in tr.dataset, conflict: "c" in tr.dataset, words: null };
    });
    rows = rows.concat(own.length ? [own.length] : []);
    return { node: box, dept: box.dataset.d, rows: own, words: null };
  });
  var total = rows.reduce(function (a, b) { return a + b; }, 0);
  var words = function (node) { return node.textContent.toLowerCase(); };
  var seen = {};
  groups.forEach(function (g) { seen[g.dept] = true; });
  Object.keys(seen).sort(function (a, b) { return a.localeCompare(b, document.documentElement.lang); })
    .forEach(function (name) { dept.add(new Option(name, name)); });

  function group(g, want) {
    var count = 0, head;
    if (want.dept && g.dept !== want.dept) { g.node.hidden = true; return 0; }
    if (want.text && g.words === null) { g.words = words(g.node.querySelector("h3")); }
    head = want.text && g.words.indexOf(want.text) >= 0;
    g.rows.forEach(function (r) {
      var ok = (!want.levels || want.levels.indexOf(r.level) >= 0) && (!want.review || r.review) && (!want.conflict || r.conflict);
      if (ok && want.text && !head) {
        if (r.words === null) { r.words = words(r.node); }
        ok = r.words.indexOf(want.text) >= 0;
      }
      if (r.node.hidden === ok) { r.node.hidden = !ok; }
      count += ok ? 1 : 0;
    });
    g.node.hidden = !count;
    return count;
  }

  function run() {
    var want = {
      text: text.value.trim().toLowerCase(), dept: dept.value, review: review.checked, conflict: Boolean(conflict && conflict.checked),
      levels: level.value ? level.value.trim().split(" ") : null
    };
    var shown = groups.reduce(function (sum, g) { return sum + group(g, want); }, 0);
    var show = function (n) { return n.toLocaleString(document.documentElement.lang); };
    out.textContent = out.dataset.text.replace("#", show(shown)).replace("%", show(total));
    none.hidden = shown > 0;
  }

  function soon() { clearTimeout(timer); timer = setTimeout(run, 150); }

  get("filter").hidden = false;
  get("filter").addEventListener("submit", function (event) { event.preventDefault(); run(); });
  text.addEventListener("input", soon);
  [level, dept, review, conflict].forEach(function (control) { if (control) { control.addEventListener("change", run); } });
  run();
})();
