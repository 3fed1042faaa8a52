internal import Access
internal import CreditModel
internal import Foundation
internal import GRDB
internal import Signing

/// A client as a row.
enum ClientRow {
    static let columns = """
        id, name, scopes, purposes, burst, window, daily, disabled, created, revoked_before, keys, certificates
        """

    static func arguments(_ client: Client) -> StatementArguments {
        [
            client.id.text, client.name, client.scopes.description,
            client.purposes.map { $0.map(\.name).sorted().joined(separator: " ") }, client.limits.burst,
            client.limits.window, client.limits.daily, client.disabled, client.created, client.revokedBefore,
            Data(client.keys.jwks), Data(client.certificates.flatMap(\.bytes)),
        ]
    }

    static func client(_ row: Row) throws -> Client {
        let scopes: String = row[2]
        guard let id = ClientID(row[0] as String), let granted = scopes.isEmpty ? [] : ScopeSet(parameter: scopes)
        else { throw damage("client") }
        let limits = UsageLimits(burst: row[4], window: row[5], daily: row[6])
        var client = Client(id: id, name: row[1], limits: limits, created: row[8])
        client.scopes = granted
        client.purposes = (row[3] as String?).map { text in
            // A purpose that is in the vocabulary no more can be declared by nobody; the rest must not become "any".
            Set(text.split(separator: " ").compactMap { Purpose($0) })
        }
        client.disabled = row[7]
        client.revokedBefore = row[9]
        client.keys = try KeySet(parsing: row.bytes(10))
        let certificates = try row.bytes(11)
        guard certificates.count % 32 == 0 else { throw damage("client") }
        client.certificates = stride(from: 0, to: certificates.count, by: 32).compactMap {
            Digest256(certificates[$0..<$0 + 32])
        }
        return client
    }

    static func damage(_ what: String) -> AccessError {
        AccessError(.damaged, "a \(what) cannot be read as it was stored: restore the file from a back-up")
    }
}

/// A key or a secret as a row.
enum CredentialRow {
    static let columns = "id, client, kind, label, digest, created, expires, revoked, last_used"

    static func arguments(_ credential: Credential) -> StatementArguments {
        [
            credential.id.text, credential.client.text, credential.kind.rawValue, credential.label,
            .blob(credential.digest), credential.created, credential.expires, credential.revoked,
            credential.lastUsed?.number,
        ]
    }

    static func credential(_ row: Row) throws -> Credential {
        guard let id = CredentialID(row[0] as String), let client = ClientID(row[1] as String),
            let kind = Credential.Kind(rawValue: row[2]), let digest = try Digest256(row.bytes(4))
        else { throw ClientRow.damage("key") }
        return Credential(
            id: id,
            client: client,
            kind: kind,
            label: row[3],
            digest: digest,
            created: row[5],
            expires: row[6],
            revoked: row[7],
            lastUsed: (row[8] as Int32?).map { Day(number: $0) }
        )
    }
}

extension DatabaseValueConvertible where Self == Data {
    /// A digest as its 32 bytes.
    static func blob(_ digest: Digest256) -> Data { Data(digest.bytes) }
}
