internal import CanonicalJSON

extension TokenConfiguration {
    /// The document under `/.well-known/oauth-authorization-server` (RFC 8414), from which clients set themselves up.
    ///
    /// - Parameters:
    ///   - tokenEndpoint: the token endpoint's address.
    ///   - keys: the address of the exchange's JWKS.
    /// - Returns: its bytes, canonical.
    public func metadata(tokenEndpoint: String, keys: String) -> [UInt8] {
        func list(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
        return JSONValue.object([
            "issuer": .string(issuer), "token_endpoint": .string(tokenEndpoint), "jwks_uri": .string(keys),
            "grant_types_supported": list(["client_credentials"]), "response_types_supported": list([]),
            "scopes_supported": list(Scope.allCases.map(\.name)),
            "token_endpoint_auth_methods_supported": list([
                "client_secret_basic", "client_secret_post", "private_key_jwt",
            ]),
            "token_endpoint_auth_signing_alg_values_supported": list(["ES256", "EdDSA"]),
            "tls_client_certificate_bound_access_tokens": .bool(true),
        ]).canonical
    }
}
