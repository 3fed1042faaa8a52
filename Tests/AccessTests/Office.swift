import Access
import CreditModel
import Foundation
import SQLiteAccess
import Signing

/// An exchange's front desk: a file of clients of its own, and short ways to fill and ask it.
final class Office {
    /// 2026-03-01 12:00:00 in Asia/Shanghai, in POSIX milliseconds.
    static let noon: Int64 = 1_772_337_600_000
    static let issuer = "https://exchange.example"

    let folder: String
    let store: SQLiteAccessStore
    let table: AccessTable
    let authenticator: Authenticator
    let service: TokenService
    let configuration = TokenConfiguration(issuer: issuer, tokenEndpoint: issuer + "/oauth2/token")
    let key: SigningKey
    var random = Dice(seed: 7)

    init(capacity: Int = 100) throws {
        folder = NSTemporaryDirectory() + "office-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteAccessStore(path: folder + "/access.db")
        table = try AccessTable(store, at: Self.noon)
        let key = try SigningKey()
        self.key = key
        authenticator = Authenticator(table, configuration, keys: KeySet([key.publicKey]), capacity: capacity)
        service = TokenService(
            table,
            store: store,
            configuration,
            signingKey: { key },
            random: { UInt64.random(in: .min ... .max) }
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A client that may do all of that; known to the table at once.
    @discardableResult
    func client(
        _ name: String,
        _ scopes: ScopeSet = .all,
        limits: UsageLimits = UsageLimits(),
        _ change: (inout Client) -> Void = { _ in }
    ) throws -> ClientID {
        var client = Client(id: ClientID(using: &random), name: name, limits: limits, created: Self.noon / 1000)
        client.scopes = scopes
        change(&client)
        try store.add(client)
        try table.refresh(at: Self.noon)
        return client.id
    }

    /// A key or secret of a client; its text.
    func credential(_ kind: Credential.Kind, of client: ClientID, expires: Int64? = nil) throws -> (
        id: CredentialID, text: String
    ) {
        let made = Credential.make(kind, for: client, created: Self.noon / 1000, expires: expires, using: &random)
        try store.add(made.credential)
        try table.refresh(at: Self.noon)
        return (made.credential.id, made.text)
    }

    /// Changes a client, as an operator does while the exchange runs.
    func change(_ client: ClientID, at now: Int64 = noon, _ change: (inout Client) -> Void) throws {
        try store.change(client, change)
        try table.refresh(at: now)
    }

    func caller(key text: String, certificate: Digest256? = nil, at now: Int64 = noon) throws(Refusal) -> Caller {
        try authenticator.authenticate(
            ShownCredentials(authorization: "Bearer \(text)", certificate: certificate),
            at: now
        )
    }

    /// Somebody new with rights and limits.
    func caller(_ name: String, _ scopes: ScopeSet = .all, limits: UsageLimits = UsageLimits()) throws -> Caller {
        try caller(key: credential(.apiKey, of: client(name, scopes, limits: limits)).text)
    }

    /// A token by client secret.
    func token(_ client: ClientID, _ secret: String, scope: String? = nil, at now: Int64 = noon) throws -> TokenResponse
    {
        var parameters = ["grant_type": "client_credentials", "client_id": client.text, "client_secret": secret]
        parameters["scope"] = scope
        return try service.issue(TokenRequest(FormParameters(parameters)), at: now)
    }
}

/// A generator whose numbers a test can have again.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
