internal import Access
internal import CanonicalJSON
internal import Foundation
internal import Signing
internal import SQLiteAccess

/// The clients that a sandbox knows from the beginning, with what opens it to each.
struct SandboxClient: Sendable {
    enum Proof: Sendable {
        case key(String)
        case secret(String)
        /// A private key's JWK.
        case privateKey(JSONValue)

        var member: String {
            switch self {
            case .key: "key"
            case .secret: "secret"
            case .privateKey: "privateKey"
            }
        }
    }

    let name: String
    let id: ClientID
    let proof: Proof
    /// What it is there to show.
    let shows: String

    /// What each is for, as the documentation has it.
    static let roles: [(name: String, shows: String)] = [
        ("sandbox-full", "an API key that may do and see everything"),
        ("sandbox-few", "an API key that sees registration and nothing else: excerpts, and 403 for the rest"),
        ("sandbox-limited", "an API key that is always over its limit: 429"),
        ("sandbox-oauth", "an OAuth 2.0 client with a secret"),
        ("sandbox-jwt", "an OAuth 2.0 client for private_key_jwt"),
    ]

    /// Makes all of them and tells the store.
    ///
    /// - Parameters:
    ///   - store: the sandbox's clients.
    ///   - random: what keys are made of: a fixed row of numbers makes those of the documentation.
    /// - Returns: them in the order of ``roles``.
    /// - Throws: what the store throws.
    static func make(in store: some AccessStore, using random: inout some RandomNumberGenerator) throws
        -> [SandboxClient]
    {
        var made: [SandboxClient] = []
        for (name, shows) in roles {
            // A sandbox forgives: an integration test may ask as fast as it can.
            var limits = UsageLimits(burst: 6000, window: 60, daily: nil)
            if name == "sandbox-limited" { limits.daily = 0 }
            var client = Client(id: ClientID(using: &random), name: name, limits: limits, created: Now.posix)
            client.scopes = name == "sandbox-few" ? .of(.readEnterprises, .registration) : .all
            let proof: Proof
            var credential: Credential?
            if name == "sandbox-jwt" {
                let secret = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next() as UInt64) }
                let key = try SigningKey(.es256, secret: secret)
                client.keys = KeySet([key.publicKey])
                guard case .object(var jwk) = try JSONValue(parsing: key.publicKey.jwk) else { continue }
                jwk["d"] = .string(Base64URL.text(secret))
                proof = .privateKey(.object(jwk))
            } else {
                let kind: Credential.Kind = name == "sandbox-oauth" ? .secret : .apiKey
                let (stored, text) = Credential.make(kind, for: client.id, created: Now.posix, using: &random)
                credential = stored
                proof = kind == .apiKey ? .key(text) : .secret(text)
            }
            try store.add(client)
            if let credential { try store.add(credential) }
            made.append(SandboxClient(name: name, id: client.id, proof: proof, shows: shows))
        }
        return made
    }

    /// As `credentials.json` keeps them.
    var json: JSONValue {
        let value: JSONValue =
            switch proof {
            case .key(let text), .secret(let text): .string(text)
            case .privateKey(let jwk): jwk
            }
        return .object(["name": .string(name), "client": .string(id.text), proof.member: value])
    }

    init(name: String, id: ClientID, proof: Proof, shows: String) {
        (self.name, self.id, self.proof, self.shows) = (name, id, proof, shows)
    }

    /// Reads what ``json`` wrote.
    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let id = value["client"]?.string.flatMap({ ClientID($0) }),
            let role = Self.roles.first(where: { $0.name == name })
        else { return nil }
        let proof: Proof
        if let key = value["key"]?.string {
            proof = .key(key)
        } else if let secret = value["secret"]?.string {
            proof = .secret(secret)
        } else if let jwk = value["privateKey"] {
            proof = .privateKey(jwk)
        } else {
            return nil
        }
        self.init(name: name, id: id, proof: proof, shows: role.shows)
    }
}

/// The row of numbers of which the well-known keys are made (SplitMix64): as secret as this source, that is, not at all.
struct WellKnownNumbers: RandomNumberGenerator {
    private var state: UInt64 = 0x5A9D_B0C5_0FF1_CE00

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
