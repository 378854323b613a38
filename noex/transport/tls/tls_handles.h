// Handles: what OpenSSL counts references of, as unique_ptr. Only this folder names OpenSSL.
#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace noex::tls {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    free(pointer);
  }
};

template <class T, auto free>
using Handle = std::unique_ptr<T, Free<free>>;

using LibHandle = Handle<OSSL_LIB_CTX, &OSSL_LIB_CTX_free>;
using ContextHandle = Handle<SSL_CTX, &SSL_CTX_free>;
using SslHandle = Handle<SSL, &SSL_free>;
using SessionHandle = Handle<SSL_SESSION, &SSL_SESSION_free>;
using BioHandle = Handle<BIO, &BIO_free>;
using CertificateHandle = Handle<X509, &X509_free>;
using KeyHandle = Handle<EVP_PKEY, &EVP_PKEY_free>;
using NamesHandle = Handle<GENERAL_NAMES, &GENERAL_NAMES_free>;
using KdfHandle = Handle<EVP_KDF, &EVP_KDF_free>;
using KdfContextHandle = Handle<EVP_KDF_CTX, &EVP_KDF_CTX_free>;

}  // namespace noex::tls
