// What the browser keeps. A browser may refuse to keep anything, or run out of space: then nothing is
// kept, and nothing fails. `storage` is localStorage unless a script asks for another one.

function readText(key, storage = () => localStorage) {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function writeText(key, text, storage = () => localStorage) {
  try {
    storage().setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

function remove(key, storage = () => localStorage) {
  try {
    storage().removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

function read(key, storage) {
  try {
    return JSON.parse(readText(key, storage));
  } catch {
    return null;
  }
}

function write(key, value, storage) {
  return writeText(key, JSON.stringify(value), storage);
}

function keysFrom(start) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

function storageWorks() {
  const key = "careerpath/probe";
  const kept = write(key, 1);
  remove(key);
  return kept;
}
