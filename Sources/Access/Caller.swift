/// Somebody who has shown who he is, and what he may do now.
///
/// Only the ``Authenticator`` makes one. Whatever a client may read of its own (journal, evidence, watches) is asked for
/// with the caller, never with an id that came in the request.
public struct Caller: Sendable {
    let entry: ClientEntry
    /// What the key or token opens: never more than the client was granted.
    public let scopes: ScopeSet
    /// The key's id, or the token's `jti`: what the journal names.
    public let credential: String

    init(_ entry: ClientEntry, scopes: ScopeSet, credential: String) {
        self.entry = entry
        self.scopes = scopes
        self.credential = credential
    }

    /// The client as the table had it when it was asked.
    public var client: Client { entry.client }
    /// The client's id.
    public var id: ClientID { entry.client.id }

    /// Whether it may ask an endpoint.
    public func may(_ scope: Scope) -> Bool { scopes.contains(scope) }

    /// Judges a query: endpoint, sections and declared purpose.
    ///
    /// - Parameters:
    ///   - scope: the endpoint's.
    ///   - sections: the sections that are asked for by name; nil for whatever may be seen.
    ///   - purpose: as declared; nil where none was.
    /// - Returns: the sections that the answer may show, and the purpose.
    /// - Throws: ``Denial`` that says what is missing.
    public func permit(
        _ scope: Scope,
        sections: [String]? = nil,
        purpose: String?
    ) throws(Denial) -> Permission {
        guard scopes.contains(scope) else { throw .scope(scope) }
        guard let purpose else { throw .noPurpose }
        guard let declared = Purpose(purpose) else { throw .unknownPurpose }
        if let allowed = client.purposes, !allowed.contains(declared) { throw .purpose(declared) }
        guard let sections else {
            let visible = scopes.sections
            if let visible, visible.isEmpty { throw .noSection }
            return Permission(sections: visible, purpose: declared)
        }
        for section in sections where !scopes.admits(section: section) {
            throw Scope(section: section).map(Denial.scope) ?? .scope(.allSections)
        }
        return Permission(sections: sections.sorted(), purpose: declared)
    }
}

/// What a query may be answered with.
public struct Permission: Hashable, Sendable {
    /// The sections that may be shown, sorted; nil for the whole profile.
    public let sections: [String]?
    /// Why it is asked.
    public let purpose: Purpose
}

/// Why a caller who is known may not have what he asks for: the answer is 403, or 400 for a purpose that is missing.
public enum Denial: Error, Hashable, Sendable {
    /// The scope was not granted, or the token was asked for without it.
    case scope(Scope)
    /// No section of a profile was granted.
    case noSection
    /// The query declares no purpose.
    case noPurpose
    /// The query declares a purpose that is not in the vocabulary.
    case unknownPurpose
    /// The client may not ask for this purpose.
    case purpose(Purpose)
}
