// What the scripts share: the ready file, steps with their time, the emulator's own interface.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');

const ready = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

/** Prints a line for what `work` does; the first step that fails ends the script. */
async function step(name, work) {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(2);
  try {
    await work();
  } catch (error) {
    console.log(`  FAILED  ${name} (${seconds()} s)`);
    throw error;
  }
  console.log(`  ok      ${name} (${seconds()} s)`);
}

/** Calls a method whose last argument is a callback, and promises what the callback is told. */
function call(object, method, ...args) {
  return new Promise((resolve, reject) => {
    object[method](...args, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/** Does what a person would do with a device code in the browser. */
async function approve(userCode) {
  const url = `${ready.http_url}/_mock/device/${userCode}/approve`;
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ username: ready.username });
  const answer = await fetch(url, { method: 'POST', headers, body });
  assert.equal(answer.status, 200, 'approval of the device code');
}

/** The user code in the text that a package shows to people. */
function userCode(text) {
  return /code ([A-Z0-9]+) to authenticate/.exec(text)[1];
}

/** Runs a script to its end; the process ends with 1 if a step failed. */
function main(script) {
  script().catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

module.exports = { approve, assert, call, main, ready, step, userCode };
