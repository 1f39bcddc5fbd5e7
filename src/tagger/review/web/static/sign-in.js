"use strict";
// The secret of a link stands behind its #: it goes into the form, and out of the address and the browser's history.

(() => {
  const fill = () => {
    if (location.hash.length < 2) return;
    document.getElementById("link").value = location.href;
    history.replaceState(null, "", location.pathname + location.search);
    document.querySelector("#sign-in button").focus();
  };
  window.addEventListener("hashchange", fill);
  fill();
})();
