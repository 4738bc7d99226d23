// Files of Gen2 accounts: @azure/storage-file-datalake through the proxy with a key and with a token, and by
// path with a key.
'use strict';

const { ClientSecretCredential } = require('@azure/identity');
const lake = require('@azure/storage-file-datalake');
const { Readable } = require('node:stream');
const { assert, main, ready, step } = require('./steps');

const SOMEBODY = '11111111-2222-3333-4444-555555555555';
const MIB = 1024 * 1024;
// What fails shall fail at once.
const OPTIONS = { retryOptions: { maxTries: 1 } };
const URL_OF_CLOUD = `https://${ready.gen2_account}.dfs.core.windows.net`;
const URL_OF_PATH = `${ready.http_url}/${ready.gen2_account}`;

const key = new lake.StorageSharedKeyCredential(ready.gen2_account, ready.gen2_key);

/** Demands a refusal with this code of the service. */
async function refused(code, promise) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.code ?? error.details?.errorCode, code, error.message);
    return true;
  });
}

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

async function read(file, offset, count) {
  return (await file.readToBuffer(offset, count)).toString();
}

async function written(fs, path, text) {
  const file = fs.getFileClient(path);
  await file.upload(Buffer.from(text));
  return file;
}

async function round(way, url, credential) {
  const service = new lake.DataLakeServiceClient(url, credential, OPTIONS);
  const stage = (name, work) => step(`${way}: ${name}`, work);
  const fs = service.getFileSystemClient(`node-${way.replaceAll(/\W/g, '')}`);
  await fileSystems(stage, service, fs);
  await content(stage, fs);
  await listing(stage, fs);
  await renaming(stage, fs);
  await access(stage, fs);
  await leases(stage, fs);
  await properties(stage, fs);
  await signatures(stage, service, fs, credential);
  await stage('file systems: delete', async () => {
    await fs.delete();
    assert.equal(await fs.exists(), false);
    await refused('ContainerBeingDeleted', fs.create());
  });
}

async function fileSystems(stage, service, fs) {
  await stage('file systems: create, metadata, list', async () => {
    await fs.create({ metadata: { one: '1' } });
    assert.deepEqual((await fs.getProperties()).metadata, { one: '1' });
    await fs.setMetadata({ two: '2' });
    assert.deepEqual((await fs.getProperties()).metadata, { two: '2' });
    const found = await all(service.listFileSystems({ prefix: fs.name }));
    assert.deepEqual(found.map((item) => item.name), [fs.name]);
    await refused('ContainerAlreadyExists', fs.create());
    assert.equal((await fs.createIfNotExists()).succeeded, false);
    assert.equal(await service.getFileSystemClient('never-was').exists(), false);
  });
}

async function content(stage, fs) {
  const data = Buffer.alloc(2 * MIB + 321, 'data of a file ');
  await stage('content: append, flush, read', async () => {
    const file = fs.getFileClient('a/b/file.bin');
    await file.create();
    await file.append(data.subarray(MIB), MIB, data.length - MIB);
    await file.append(data.subarray(0, MIB), 0, MIB);
    await refused('InvalidFlushPosition', file.flush(data.length + 1));
    await file.flush(data.length);
    assert.ok(data.equals(await file.readToBuffer()));
    assert.equal(await read(file, MIB - 3, 9), data.toString('latin1', MIB - 3, MIB + 6));
    await refused('InvalidRange', file.readToBuffer(data.length + 10, 1));
    await refused('PathNotFound', fs.getFileClient('gone').append('x', 0, 1));
    await refused('BlobNotFound', fs.getFileClient('gone').read());
  });
  await stage('content: upload in parts and from a stream, names of all kinds', async () => {
    const file = fs.getFileClient('up');
    await file.upload(data, { chunkSize: 300_000, maxConcurrency: 4, singleUploadThreshold: 1 });
    assert.ok(data.equals(await file.readToBuffer()));
    await file.uploadStream(Readable.from([data, data]), { chunkSize: MIB });
    assert.equal((await file.getProperties()).contentLength, 2 * data.length);
    for (const name of ['blank blank', 'plus+plus', '100%', 'x&y=z', 'hash#tag', 'q?', 'ümläut', '日本語']) {
      const odd = await written(fs, `odd/${name}`, name);
      assert.equal(await read(odd), name);
    }
    await fs.getDirectoryClient('odd').delete(true);
  });
}

async function listing(stage, fs) {
  await stage('listing: recursive, flat, in pages', async () => {
    for (const path of ['l/a/1', 'l/a/b/2', 'l/a-b']) await written(fs, path, path);
    const names = async (options) => (await all(fs.listPaths(options))).map((item) => item.name);
    const everything = ['l/a', 'l/a/1', 'l/a/b', 'l/a/b/2', 'l/a-b'];
    assert.deepEqual(await names({ path: 'l', recursive: true }), everything);
    assert.deepEqual(await names({ path: 'l' }), ['l/a', 'l/a-b']);
    const pages = await all(fs.listPaths({ path: 'l', recursive: true }).byPage({ maxPageSize: 2 }));
    assert.deepEqual(pages.map((page) => page.pathItems.length), [2, 2, 1]);
    assert.deepEqual(pages.flatMap((page) => page.pathItems.map((item) => item.name)), everything);
    const [directory] = await all(fs.listPaths({ path: 'l' }));
    assert.deepEqual([directory.isDirectory, directory.permissions.owner.read], [true, true]);
    await refused('PathNotFound', names({ path: 'gone' }));
  });
}

async function renaming(stage, fs) {
  await stage('renaming: files and directories', async () => {
    const file = await written(fs, 'r/one', 'one');
    const { etag } = await file.getProperties();
    await file.move('r/uno');
    const moved = fs.getFileClient('r/uno');
    assert.equal(await read(moved), 'one');
    assert.equal((await moved.getProperties()).etag, etag);
    assert.equal(await file.exists(), false);
    const other = await written(fs, 'r/ü b+c', 'two');
    await refused('PathAlreadyExists', other.move('r/uno', { destinationConditions: { ifNoneMatch: '*' } }));
    await other.move('r/uno');
    assert.equal(await read(moved), 'two');
    await fs.getDirectoryClient('r').move('s');
    assert.equal(await read(fs.getFileClient('s/uno')), 'two');
    await refused('SourcePathNotFound', file.move('s/x'));
    await refused('RenameDestinationParentPathNotFound', fs.getFileClient('s/uno').move('no/parent'));
    await fs.getDirectoryClient('s').delete(true);
  });
}

async function access(stage, fs) {
  const file = await written(fs, 'acl/a/file', 'x');
  const tree = fs.getDirectoryClient('acl');
  const rwx = (text) => ({ read: text.includes('r'), write: text.includes('w'), execute: text.includes('x') });
  const entry = (accessControlType, entityId, text) => ({
    accessControlType, entityId, defaultScope: false, permissions: rwx(text),
  });
  const BASE = [entry('user', '', 'rwx'), entry('group', '', 'r-x'), entry('other', '', '---')];
  await stage('access: permissions, ACLs, owners', async () => {
    assert.equal((await file.getAccessControl()).permissions.owner.write, true);
    await file.setPermissions({
      owner: rwx('rwx'), group: rwx('rwx'), other: rwx('r--'), stickyBit: false, extendedAcls: false,
    });
    assert.deepEqual((await file.getAccessControl()).permissions.other, rwx('r--'));
    await file.setAccessControl([...BASE, entry('user', SOMEBODY, 'rw-')], { owner: SOMEBODY });
    const found = await file.getAccessControl();
    assert.equal(found.owner, SOMEBODY);
    const mask = found.acl.find((item) => item.accessControlType === 'mask');
    assert.deepEqual(mask.permissions, rwx('rwx'));
    await assert.rejects(file.setAccessControl(BASE.slice(1)), { statusCode: 400 });
    await refused('PathNotFound', fs.getFileClient('gone').getAccessControl());
  });
  await stage('access: recursive, in batches', async () => {
    const counts = ({ counters }) => [
      counters.changedDirectoriesCount, counters.changedFilesCount, counters.failedChangesCount,
    ];
    assert.deepEqual(counts(await tree.setAccessControlRecursive(BASE)), [2, 1, 0]);
    const update = tree.updateAccessControlRecursive([entry('user', SOMEBODY, 'r--')], { batchSize: 1 });
    assert.deepEqual(counts(await update), [2, 1, 0]);
    const { acl } = await file.getAccessControl();
    assert.ok(acl.some((item) => item.entityId === SOMEBODY));
    const item = { accessControlType: 'user', entityId: SOMEBODY, defaultScope: false };
    assert.deepEqual(counts(await tree.removeAccessControlRecursive([item])), [2, 1, 0]);
  });
}

async function leases(stage, fs) {
  await stage('leases: what they guard, renew, change, break', async () => {
    const file = await written(fs, 'leased', 'x');
    const lease = file.getDataLakeLeaseClient();
    await lease.acquireLease(15);
    await refused('LeaseIdMissing', file.delete());
    await refused('LeaseAlreadyPresent', file.getDataLakeLeaseClient(SOMEBODY).acquireLease(15));
    await lease.renewLease();
    await lease.changeLease(SOMEBODY);
    const { leaseState } = await file.getProperties();
    assert.equal(leaseState, 'leased');
    await file.delete(false, { conditions: { leaseId: SOMEBODY } });
    const whole = fs.getDataLakeLeaseClient();
    await whole.acquireLease(-1);
    await refused('LeaseIdMissing', fs.delete());
    await whole.releaseLease();
  });
}

async function properties(stage, fs) {
  const file = await written(fs, 'properties', 'data');
  await stage('properties: metadata, headers, conditions, expiry', async () => {
    await file.setMetadata({ Mixed: 'Case' });
    await file.setHttpHeaders({ contentType: 'text/plain', contentLanguage: 'de' });
    const found = await file.getProperties();
    assert.equal(found.contentType, 'text/plain');
    assert.equal(found.contentLanguage, 'de');
    assert.deepEqual(Object.values(found.metadata), ['Case']);
    await refused('ConditionNotMet', file.read(0, 1, { conditions: { ifMatch: '"0x1"' } }));
    await refused('ConditionNotMet', file.setMetadata({ a: 'b' }, { conditions: { ifMatch: '"0x1"' } }));
    const expiresOn = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000);
    await file.setExpiry('Absolute', { expiresOn });
    assert.deepEqual((await file.getProperties()).expiresOn, expiresOn);
    await file.setExpiry('NeverExpire');
    assert.equal((await file.getProperties()).expiresOn, undefined);
  });
}

async function signatures(stage, service, fs, credential) {
  const startsOn = new Date(Date.now() - 60_000);
  const expiresOn = new Date(Date.now() + 3_600_000);
  const isKey = credential === key;
  const kind = isKey ? 'service SAS' : 'user delegation SAS';
  const signer = isKey ? [key] : [await service.getUserDelegationKey(startsOn, expiresOn), ready.gen2_account];
  const file = await written(fs, 'sas/dir/file', 'secret');
  const client = (values) => {
    const signed = { fileSystemName: fs.name, startsOn, expiresOn, ...values };
    const sas = lake.generateDataLakeSASQueryParameters(signed, ...signer);
    return new lake.DataLakeFileSystemClient(`${fs.url}?${sas}`, undefined, OPTIONS);
  };
  await stage(`${kind}: of a file system, a directory, a file`, async () => {
    const whole = client({ permissions: lake.FileSystemSASPermissions.parse('rl') });
    assert.equal(await read(whole.getFileClient('sas/dir/file')), 'secret');
    assert.ok((await all(whole.listPaths())).length > 0);
    await refused('AuthorizationPermissionMismatch', whole.getFileClient('x').create());
    const permissions = lake.DirectorySASPermissions.parse('r');
    const below = client({ pathName: 'sas/dir', isDirectory: true, directoryDepth: 2, permissions });
    assert.equal(await read(below.getFileClient('sas/dir/file')), 'secret');
    await refused('AuthenticationFailed', below.getFileClient('up').read());
    const one = client({ pathName: 'sas/dir/file', permissions: lake.DataLakeSASPermissions.parse('r') });
    assert.equal(await read(one.getFileClient('sas/dir/file')), 'secret');
    await refused('AuthorizationPermissionMismatch', one.getFileClient('sas/dir/file').delete());
  });
  await file.delete();
  if (!isKey) return;
  await stage('account SAS', async () => {
    const permissions = lake.AccountSASPermissions.parse('rl');
    const url = service.generateAccountSasUrl(expiresOn, permissions, 'sco');
    const theirs = new lake.DataLakeServiceClient(url, undefined, OPTIONS);
    assert.ok((await all(theirs.listFileSystems())).some((item) => item.name === fs.name));
    await refused('AuthorizationPermissionMismatch', theirs.getFileSystemClient(fs.name).getFileClient('x').create());
  });
}

main(async () => {
  await round('proxy, key', URL_OF_CLOUD, key);
  const { tenant_id: tenant, client_id: id, client_secret: secret } = ready;
  await round('proxy, bearer', URL_OF_CLOUD, new ClientSecretCredential(tenant, id, secret));
  await round('path, key', URL_OF_PATH, key);
  await step('identities: a wrong key, and none', async () => {
    const wrong = new lake.StorageSharedKeyCredential(ready.gen2_account, 'd3Jvbmc=');
    const file = (credential) => new lake.DataLakeServiceClient(URL_OF_CLOUD, credential, OPTIONS)
      .getFileSystemClient(ready.gen2_filesystem).getFileClient('x');
    await refused('AuthenticationFailed', file(wrong).create());
    await assert.rejects(file(undefined).create(), { statusCode: 401 });
  });
});
