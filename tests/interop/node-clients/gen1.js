// Accounts and files: azure-arm-datalake-store, whose one token is Resource Manager's, and webhdfs,
// which names a user and sends no token.
'use strict';

const fs = require('node:fs');
const stores = require('azure-arm-datalake-store');
const { ResourceManagementClient } = require('azure-arm-resource');
const login = require('ms-rest-azure');
const webhdfs = require('webhdfs');
const { assert, call, main, ready, step } = require('./steps');

const GROUP = 'node-group';
const ACCOUNT = 'nodelake';
const SOMEBODY = '11111111-2222-3333-4444-555555555555';

async function accounts(credentials) {
  const client = (Client) => {
    const made = new Client(credentials, ready.subscription_id);
    // Half a minute otherwise, whatever the answer says.
    made.longRunningOperationRetryTimeout = 1;
    return made;
  };
  const groups = client(ResourceManagementClient).resourceGroups;
  const accounts = client(stores.DataLakeStoreAccountClient).account;
  await step('accounts: create, show, list, change', async () => {
    await call(groups, 'createOrUpdate', GROUP, { location: ready.location });
    assert.equal(await call(groups, 'checkExistence', GROUP), true);
    const wanted = { location: ready.location, tags: { a: 'b' } };
    const made = await call(accounts, 'create', GROUP, ACCOUNT, wanted);
    assert.equal(made.properties.provisioningState, 'Succeeded');
    const shown = await call(accounts, 'get', GROUP, ACCOUNT);
    assert.equal(shown.properties.endpoint, `${ACCOUNT}.azuredatalakestore.net`);
    const listed = await call(accounts, 'listByResourceGroup', GROUP);
    assert.deepEqual(listed.map((account) => account.name), [ACCOUNT]);
    const changed = await call(accounts, 'update', GROUP, ACCOUNT, { tags: { c: 'd' } });
    assert.deepEqual(changed.tags, { c: 'd' });
  });
  await files(new stores.DataLakeStoreFileSystemClient(credentials).fileSystem);
  await step('accounts: delete', async () => {
    await call(accounts, 'deleteMethod', GROUP, ACCOUNT);
    await call(groups, 'deleteMethod', GROUP);
    assert.equal(await call(groups, 'checkExistence', GROUP), false);
  });
}

async function files(lake) {
  const path = '/n/ü+b c.txt';
  const ask = (method, ...args) => call(lake, method, ACCOUNT, ...args);
  await step('files: create, append, read', async () => {
    await ask('mkdirs', '/n/x');
    await ask('create', path, { streamContents: Buffer.from('hello'), overwrite: true });
    await ask('append', path, Buffer.from(' you'));
    assert.equal(await read(lake, path), 'hello you');
    assert.equal(await read(lake, path, { offset: 6, length: 2 }), 'yo');
  });
  await step('files: status, listing, summary', async () => {
    const status = await ask('getFileStatus', path);
    assert.equal(status.fileStatus.length, 9);
    const listing = await ask('listFileStatus', '/n', { listSize: 1, listAfter: 'x' });
    assert.equal(listing.fileStatuses.fileStatus[0].pathSuffix, 'ü+b c.txt');
    const summary = await ask('getContentSummary', '/n');
    assert.equal(summary.contentSummary.fileCount, 1);
  });
  await step('files: concurrent appends, joins, rename', async () => {
    await ask('concurrentAppend', '/n/log', Buffer.from('1'), { appendMode: 'autocreate' });
    await ask('create', '/n/a', { streamContents: Buffer.from('a') });
    await ask('create', '/n/b', { streamContents: Buffer.from('b') });
    await ask('concat', '/n/ab', ['/n/a', '/n/b']);
    await ask('msConcat', '/n/joined', Buffer.from('sources=/n/ab'));
    assert.equal((await ask('rename', '/n/joined', '/n/renamed')).operationResult, true);
    assert.equal(await read(lake, '/n/renamed'), 'ab');
  });
  await step('files: ACL, owner, mode, what is missing', async () => {
    await ask('setAcl', '/n/renamed', 'user::rwx,group::r-x,other::---');
    await ask('modifyAclEntries', '/n/renamed', `user:${SOMEBODY}:r-x`);
    const { aclStatus } = await ask('getAclStatus', '/n/renamed');
    assert.ok(aclStatus.entries.includes(`user:${SOMEBODY}:r-x`));
    await ask('removeAclEntries', '/n/renamed', `user:${SOMEBODY}`);
    await ask('checkAccess', '/n/renamed', { fsaction: 'r-x' });
    await ask('setOwner', '/n/renamed', { owner: SOMEBODY });
    await ask('setPermission', '/n/renamed', { permission: '755' });
    assert.equal((await ask('deleteMethod', '/n', { recursive: true })).operationResult, true);
    await assert.rejects(ask('getFileStatus', '/n'), /FileNotFoundException/);
  });
}

/** The text of a file. It flows at once, so that whoever waits for the callback to return misses it. */
function read(lake, path, options = {}) {
  return new Promise((resolve, reject) => {
    lake.open(ACCOUNT, path, options, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      const parts = [];
      stream.on('data', (part) => parts.push(part)).on('error', reject);
      stream.on('end', () => resolve(Buffer.concat(parts).toString()));
    });
  });
}

async function names() {
  const { hostname, port } = new URL(ready.http_url);
  const user = ready.username.split('@')[0];
  const lake = webhdfs.createClient({ user, host: hostname, port, path: 'webhdfs/v1' });
  await step('webhdfs: write, append, read, list', async () => {
    await call(lake, 'mkdir', '/w/x');
    await call(lake, 'writeFile', '/w/a', 'hello');
    await call(lake, 'appendFile', '/w/a', ' you');
    assert.equal((await call(lake, 'readFile', '/w/a')).toString(), 'hello you');
    await call(lake, 'chmod', '/w/a', '640');
    const listing = await call(lake, 'readdir', '/w');
    const found = listing.map((item) => [item.pathSuffix, item.permission]);
    assert.deepEqual(found, [['a', '640'], ['x', '755']]);
  });
  await step('webhdfs: streams', async () => {
    await piped(fs.createReadStream(__filename), lake.createWriteStream('/w/stream'));
    assert.equal((await call(lake, 'stat', '/w/stream')).length, fs.statSync(__filename).size);
    await piped(lake.createReadStream('/w/stream'), fs.createWriteStream('stream'));
    assert.deepEqual(fs.readFileSync('stream'), fs.readFileSync(__filename));
  });
  await step('webhdfs: rename, delete, what is missing', async () => {
    await call(lake, 'rename', '/w/a', '/w/b');
    await call(lake, 'rmdir', '/w', true);
    await assert.rejects(call(lake, 'stat', '/w/b'), /does not exist/);
  });
}

function piped(source, target) {
  return new Promise((resolve, reject) => {
    source.on('error', reject);
    target.on('error', reject).on('finish', resolve);
    source.pipe(target);
  });
}

main(async () => {
  let credentials;
  await step('sign in as an application', async () => {
    const { client_id: id, client_secret: secret, tenant_id: tenant } = ready;
    credentials = await login.loginWithServicePrincipalSecret(id, secret, tenant);
  });
  await accounts(credentials);
  await names();
});
