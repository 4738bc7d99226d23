// Sign-in: adal-node and two generations of login helpers, at their default authority through the
// proxy; @azure/identity both ways; @azure/msal-node, which knows no proxy, at the emulator itself.
'use strict';

const adal = require('adal-node');
const identity = require('@azure/identity');
const login = require('ms-rest-azure');
const loginToo = require('@azure/ms-rest-nodeauth');
const msal = require('@azure/msal-node');
const { approve, assert, call, main, ready, step, userCode } = require('./steps');

const LAKE = 'https://datalake.azure.net/';
const SCOPE = `${LAKE}/.default`;

async function withAdal() {
  const authority = `https://login.microsoftonline.com/${ready.tenant_id}`;
  const context = new adal.AuthenticationContext(authority);
  const { client_id: id, client_secret: secret, public_client_id: app } = ready;
  const ask = (method, ...args) => call(context, method, ...args);
  await step('adal-node: an application', async () => {
    const token = await ask('acquireTokenWithClientCredentials', LAKE, id, secret);
    assert.equal(token.tokenType, 'Bearer');
  });
  await step('adal-node: a wrong password, then the right one', async () => {
    const { username, password } = ready;
    const sign = (word) => ask('acquireTokenWithUsernamePassword', LAKE, username, word, app);
    await assert.rejects(sign('wrong'), /AADSTS50126/);
    assert.equal((await sign(password)).userId, username);
  });
  await step('adal-node: a device code, then another resource by refresh token', async () => {
    const code = await ask('acquireUserCode', LAKE, app, 'en');
    await approve(code.userCode);
    const { refreshToken } = await ask('acquireTokenWithDeviceCode', LAKE, app, code);
    const resource = 'https://management.core.windows.net/';
    const other = await ask('acquireTokenWithRefreshToken', refreshToken, app, resource);
    assert.equal(other.resource, resource);
  });
}

async function withLogins() {
  const { client_id: id, client_secret: secret, tenant_id: domain, username, password } = ready;
  // The helpers write into their options.
  const person = () => ({ domain, userCodeResponseLogger: (text) => approve(userCode(text)) });
  const finds = async (signIn) => {
    const ids = (await signIn).subscriptions.map((subscription) => subscription.id);
    assert.deepEqual(ids, [ready.subscription_id]);
  };
  for (const [name, helpers] of [['ms-rest-azure', login], ['@azure/ms-rest-nodeauth', loginToo]]) {
    await step(`${name}: an application and a person find the subscription`, async () => {
      await finds(helpers.loginWithServicePrincipalSecretWithAuthResponse(id, secret, domain));
      await finds(helpers.interactiveLoginWithAuthResponse(person()));
    });
  }
  await step('@azure/ms-rest-nodeauth: a password', async () => {
    await finds(loginToo.loginWithUsernamePasswordWithAuthResponse(username, password, person()));
  });
}

async function withIdentity(name, options) {
  const { tenant_id: tenant, client_id: id, public_client_id: app } = ready;
  const userPromptCallback = (details) => approve(details.userCode);
  const person = { ...options, tenantId: tenant, clientId: app, userPromptCallback };
  const credentials = [
    new identity.ClientSecretCredential(tenant, id, ready.client_secret, options),
    new identity.ClientCertificateCredential(tenant, id, ready.client_certificate, options),
    new identity.UsernamePasswordCredential(tenant, app, ready.username, ready.password, options),
    new identity.DeviceCodeCredential(person),
  ];
  await step(`@azure/identity: secret, certificate, password, device code, ${name}`, async () => {
    for (const credential of credentials) {
      const token = await credential.getToken(SCOPE);
      assert.ok(token.expiresOnTimestamp > Date.now(), credential.constructor.name);
    }
  });
}

async function withMsal() {
  const authority = `${ready.https_url}/${ready.tenant_id}`;
  const knownAuthorities = [new URL(ready.https_url).host];
  await step('@azure/msal-node: an application', async () => {
    const { client_id: clientId, client_secret: clientSecret } = ready;
    const auth = { clientId, clientSecret, authority, knownAuthorities };
    const application = new msal.ConfidentialClientApplication({ auth });
    const result = await application.acquireTokenByClientCredential({ scopes: [SCOPE] });
    assert.ok(result.expiresOn > new Date());
  });
  await step('@azure/msal-node: a device code, then silently', async () => {
    const auth = { clientId: ready.public_client_id, authority, knownAuthorities };
    const application = new msal.PublicClientApplication({ auth });
    const deviceCodeCallback = (details) => approve(details.userCode);
    const request = { scopes: [SCOPE], deviceCodeCallback };
    const { account } = await application.acquireTokenByDeviceCode(request);
    assert.equal(account.username, ready.username);
    const silent = { scopes: [SCOPE], account, forceRefresh: true };
    const again = await application.acquireTokenSilent(silent);
    assert.equal(again.fromCache, false);
  });
}

main(async () => {
  await withAdal();
  await withLogins();
  await withIdentity('through the proxy', {});
  const direct = { authorityHost: ready.https_url, disableInstanceDiscovery: true };
  await withIdentity('directly', direct);
  await withMsal();
});
