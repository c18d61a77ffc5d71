// Runs inside a page: what is wrong with the drawings under an element.
export function findFaults(selector) {
  const faults = [];
  const seen = (box) => box.width > 0 && box.height > 0;
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;

  function checkTexts(svg, name) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map(
        (each) => ({words: each.textContent, box: each.getBoundingClientRect()}))
        .filter((each) => seen(each.box));
    texts.forEach(({words, box}, at) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1) {
        faults.push(`${name}: '${words}' is cut off`);
      }
      for (const other of texts.slice(0, at)) {
        if (meet(box, other.box)) faults.push(`${name}: '${words}' lies on '${other.words}'`);
      }
    });
  }

  for (const svg of document.querySelectorAll(selector)) {
    const figure = svg.closest('figure');
    const name = figure ? figure.id : 'figure';
    const painted = [...svg.querySelectorAll('path, rect, circle, polygon, text')]
        .filter((each) => seen(each.getBoundingClientRect()));
    if (painted.length < 5) faults.push(`${name}: only ${painted.length} shapes`);
    if (/NaN|undefined|Infinity/.test(svg.outerHTML)) faults.push(`${name}: has NaN`);
    checkTexts(svg, name);
  }
  for (const each of document.querySelectorAll('figure, .fact, header, p, dd, h2')) {
    const box = each.getBoundingClientRect();
    if (box.left < 0 || box.right > window.innerWidth + 0.5) {
      faults.push(`${each.tagName} ${each.id || each.textContent} is wider than the page`);
    }
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > window.innerWidth) faults.push(`the page is ${wide} wide`);
  return faults;
}
