/* Run by every browser, before the modules: one that lacks what the pages are made of is led to a plain page (spec PT-16). */
(function () {
  var known = "noModule" in document.createElement("script")
    && "checkVisibility" in document.documentElement
    && window.CSS && CSS.supports && CSS.supports("selector(:has(*))");
  if (!known) location.replace("/static/upgrade.html");
}());
