// libcrypto's headers, as Swift sees them.
#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/store.h>
#include <openssl/ts.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

// Engines are deprecated since OpenSSL 3.0 and gone from 4.0, and yet the only way to a token where no PKCS#11 provider
// is packaged (Debian 12). What is deprecated cannot be called from Swift where warnings are errors, so it is called here.
#if !defined(OPENSSL_NO_ENGINE) && __has_include(<openssl/engine.h>)
#include <openssl/engine.h>
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

/// The private key that a pkcs11: URI names, through the engine `pkcs11`; NULL where there is none, with the reasons in
/// the error queue. `module` and `pin` may be NULL.
static inline EVP_PKEY *COpenSSL_pkcs11_engine_key(const char *uri, const char *module, const char *pin) {
    OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC | OPENSSL_INIT_NO_ATEXIT, NULL);
    EVP_PKEY *key = NULL;
    ENGINE *engine = ENGINE_by_id("pkcs11");
    if (engine == NULL) return NULL;
    if ((module == NULL || ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) == 1) && ENGINE_init(engine) == 1) {
        if (pin == NULL || ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0) == 1)
            key = ENGINE_load_private_key(engine, uri, NULL, NULL);
        // The key keeps a reference of its own.
        ENGINE_finish(engine);
    }
    ENGINE_free(engine);
    return key;
}

#pragma clang diagnostic pop
#else
static inline EVP_PKEY *COpenSSL_pkcs11_engine_key(const char *uri, const char *module, const char *pin) {
    return NULL;
}
#endif
