// Elements, whose texts are texts.
export function element(name, attributes, children) {
  const made = document.createElement(name);
  for (const key of Object.keys(attributes || {})) {
    if (attributes[key]) made.setAttribute(key, attributes[key]);
  }
  for (const child of [].concat(children || [])) {
    if (child) made.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
  }
  return made;
}

export function chip(origin) {
  return origin ? element('span', {class: `chip ${origin}`}, origin) : null;
}
