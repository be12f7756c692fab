// Passkeys are the one thing here that HTML cannot do: this hands a form's options to the browser and the browser's answer to
// the form. Nothing is fetched, nothing is kept; without this file every page works by its other way.
(() => {
  'use strict';
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

  const ask = async (form) => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    for (const known of [...(options.allowCredentials || []), ...(options.excludeCredentials || [])]) known.id = bytes(known.id);
    if (options.user) {
      options.user.id = bytes(options.user.id);
      const made = await navigator.credentials.create({ publicKey: options });
      return [made, {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : undefined,
      }];
    }
    const got = await navigator.credentials.get({ publicKey: options });
    return [got, {
      authenticatorData: text(got.response.authenticatorData),
      clientDataJSON: text(got.response.clientDataJSON),
      signature: text(got.response.signature),
      userHandle: got.response.userHandle ? text(got.response.userHandle) : null,
    }];
  };

  const place = document.querySelector('[data-passkey]');
  if (!place || !window.PublicKeyCredential) return;
  const form = place.querySelector('form');
  const failed = place.querySelector('[data-passkey-failed]');
  const button = form.querySelector('button');
  place.querySelector('[data-passkey-none]').hidden = true;
  place.querySelector('[data-passkey-ready]').hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      const [credential, response] = await ask(form);
      const answer = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
      form.elements.answer.value = JSON.stringify(answer);
      form.submit();
    } catch {
      // Cancelled, timed out, or no passkey of this address: the browser has said which.
      failed.hidden = false;
      button.disabled = false;
    }
  });
})();
