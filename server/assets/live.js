// Renews a page of things that change by themselves: asks for the same page with the revision it shows, and puts what is new in its
// place. Never in the way of somebody who is typing, choosing or marking text; without this file the page stays as it was read.
(() => {
  'use strict';
  const EVERY = 15000;
  const LONGEST = 300000;
  const main = document.querySelector('main[data-live]');
  const status = document.querySelector('[data-renewed]');
  if (!main || !status) return;
  let wait = EVERY;
  let timer = 0;
  let asking = false;
  let touched = false;

  // What has been seen does not stand in the way for long.
  const say = (words, passes) => {
    status.textContent = words;
    status.classList.remove('past');
    if (passes) setTimeout(() => status.classList.add('past'), 8000);
  };

  // What is typed or chosen would be lost.
  for (const kind of ['input', 'change', 'submit']) main.addEventListener(kind, () => { touched = true; });

  const isBusy = () => {
    const marked = document.getSelection();
    return touched || main.contains(document.activeElement?.closest('form')) || (!marked.isCollapsed && main.contains(marked.anchorNode));
  };

  // The same thing in the new page as the one that has the focus: undefined without focus, null where it is gone.
  const twin = (fresh) => {
    const held = document.activeElement;
    if (held === main || !main.contains(held)) return undefined;
    if (held.id) return fresh.querySelector(`#${CSS.escape(held.id)}`);
    const alike = (root) => [...root.querySelectorAll(held.localName)].filter((one) => one.textContent === held.textContent);
    return alike(fresh)[alike(main).indexOf(held)] || null;
  };

  const renew = (html) => {
    const fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('main[data-live]');
    if (!fresh) throw new Error('not the page');
    const focus = twin(fresh);
    if (isBusy() || focus === null) return;
    const differs = fresh.textContent !== main.textContent;
    const open = [...main.querySelectorAll('details')].map((one) => one.open);
    const unfolds = [...fresh.querySelectorAll('details')];
    if (open.length === unfolds.length) unfolds.forEach((one, i) => { one.open = open[i]; });
    main.replaceChildren(...fresh.childNodes);
    main.dataset.live = fresh.dataset.live;
    if (focus) focus.focus({ preventScroll: true });
    const time = new Date().toLocaleTimeString('ja-JP', { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit' });
    if (differs) say(status.dataset.renewed.replace('{time}', time), true);
  };

  const later = () => {
    clearTimeout(timer);
    // Pages opened together do not ask together.
    timer = setTimeout(ask, wait * (0.9 + Math.random() / 5));
  };

  const ask = async () => {
    if (document.hidden || asking) return;
    if (isBusy()) {
      later();
      return;
    }
    asking = true;
    let ended = false;
    try {
      const headers = { 'If-None-Match': `"${main.dataset.live}"` };
      const answer = await fetch(location.pathname + location.search, { headers, cache: 'no-store', redirect: 'manual' });
      // Signed out, or not to be seen any more: the next click says why.
      ended = answer.type === 'opaqueredirect' || answer.status === 403 || answer.status === 404;
      if (answer.ok) renew(await answer.text());
      wait = answer.ok || answer.status === 304 ? EVERY : Math.min(2 * wait, LONGEST);
    } catch {
      wait = Math.min(2 * wait, LONGEST);
    }
    asking = false;
    if (ended) say(status.dataset.ended, false);
    else later();
  };

  document.addEventListener('visibilitychange', ask);
  later();
})();
