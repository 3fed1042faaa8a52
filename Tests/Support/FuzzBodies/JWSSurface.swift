import Signing

extension FuzzSurface {
    /// Signed documents, key sets and base64url; the first byte chooses which.
    static let jws = FuzzSurface(
        name: "jws",
        title: "A signed document, checked against known keys; a key set; base64url",
        mostBytes: 4096,
        words: {
            [
                "{\"payload\":\"", "\",\"protected\":\"", "\",\"signature\":\"", "{\"keys\":[", "\"kty\":\"EC\"",
                "\"kty\":\"OKP\"",
            ]
                + [
                    "\"crv\":\"P-256\"", "\"crv\":\"Ed25519\"", "\"x\":\"", "\"y\":\"", "\"kid\":\"", "\"use\":\"sig\"",
                    "\"crit\"",
                ]
                + [
                    "\"alg\":\"ES256\"", "\"alg\":\"EdDSA\"", "\"alg\":\"none\"", "\"b64\":false",
                    "eyJhbGciOiJub25lIn0",
                ]
        },
        seeds: { _ in
            var seeds = [FuzzSeed(name: "jwks", bytes: [1] + JWSCheck.keys.jwks), FuzzSeed(name: "base64", bytes: [2])]
            for (index, document) in JWSCheck.documents.enumerated() {
                seeds.append(FuzzSeed(name: "flattened-\(index)", bytes: [0] + document.flattened))
                seeds.append(FuzzSeed(name: "compact-\(index)", bytes: [0] + document.compact))
            }
            return seeds
        },
        run: { bytes in
            var input = FuzzInput(bytes)
            switch input.byte() % 3 {
            case 0: try JWSCheck.document(Array(input.rest))
            case 1: try JWSCheck.keySet(Array(input.rest))
            default: try JWSCheck.base64(Array(input.rest))
            }
        }
    )
}

/// What must hold of what claims to be signed.
private enum JWSCheck {
    static let payloads = ["{}", #"{"iss":"suixin","sub":"sx0"}"#].map { Array($0.utf8) }

    /// Keys of known secrets, and what was signed with them: whatever else verifies is a forgery.
    ///
    /// The private keys are not kept: a global that holds one looks like a leak to the address sanitizer, which does not
    /// take the pointer in an enum with payloads for one.
    private static let material: (keys: KeySet, documents: [SignedDocument]) = {
        let secrets = [(SignatureAlgorithm.es256, 7), (.edDSA, 9)].compactMap { algorithm, byte in
            try? SigningKey(algorithm, secret: [UInt8](repeating: UInt8(byte), count: 32))
        }
        let documents = secrets.flatMap { key in payloads.compactMap { try? key.sign($0, as: .profile) } }
        return (KeySet(secrets.map(\.publicKey)), documents)
    }()
    static var keys: KeySet { material.keys }
    static var documents: [SignedDocument] { material.documents }

    static func document(_ bytes: [UInt8]) throws(FuzzViolation) {
        guard let document = try? SignedDocument(parsing: bytes) else { return }
        try hold(bytes.count <= SignedDocument.sizeLimit, "a document of \(bytes.count) bytes was taken")
        if isText(document) {
            try hold((try? SignedDocument(parsing: document.compact)) == document, "the compact form reads as another")
            try hold((try? SignedDocument(parsing: document.flattened)) == document, "the flat form reads as another")
        }
        guard let verified = try? keys.verify(document) else { return }
        try hold(payloads.contains(verified.payload), "a forged payload verifies")
        try hold(keys[verified.key.keyID] == verified.key, "verified by a key that is not in the set")
        try hold((try? document.unverifiedPayload) == verified.payload, "the payload is another once it is verified")
    }

    /// Whether all parts are base64url, so that neither form needs an escape.
    private static func isText(_ document: SignedDocument) -> Bool {
        let compact = document.compact
        return compact.filter { $0 == 0x2E }.count == 2
            && compact.allSatisfy {
                0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }

    static func keySet(_ bytes: [UInt8]) throws(FuzzViolation) {
        guard let set = try? KeySet(parsing: bytes) else { return }
        try hold((try? KeySet(parsing: set.jwks)) == set, "a key set reads back as another")
        for key in set.keys { try hold(set[key.keyID] == key, "a key is not found by its id") }
    }

    static func base64(_ bytes: [UInt8]) throws(FuzzViolation) {
        try hold(Base64URL.decode(Base64URL.encode(bytes)) == bytes, "bytes do not come back")
        guard let decoded = Base64URL.decode(bytes) else { return }
        try hold(Base64URL.encode(decoded) == bytes, "two texts mean the same bytes")
    }
}
