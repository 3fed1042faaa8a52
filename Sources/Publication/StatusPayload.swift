internal import CanonicalJSON
internal import CreditStore
package import HashTree

/// The payload of a signed status of the sources.
package struct StatusPayload: Hashable, Sendable {
    package var issuer: String
    /// POSIX seconds.
    package var issuedAt: Int64
    /// POSIX seconds; after it the status says what was, not what is.
    package var expiresAt: Int64
    /// Grows with every change of a profile or a source; every profile that it touches was signed before the status was.
    package var position: Int64
    /// The digest of the payload of the status before; nil in the first.
    package var previous: String?
    /// What the exchange says of every id and code at that position; nil in a status from before there was a tree.
    package var tree: Tree?
    let sources: JSONValue

    /// The hash tree as a status names it.
    package struct Tree: Hashable, Sendable {
        /// The root, under which every current answer has a path.
        package var root: TreeHash
        /// How many ids and codes it speaks of.
        package var count: Int64
        /// The number of the last change of an enterprise that it takes in.
        package var change: Int64

        fileprivate init?(_ value: JSONValue) {
            guard case .object(let members) = value, case .string(let root)? = members["root"],
                case .integer(let count)? = members["count"], case .integer(let change)? = members["change"],
                let root = TreeHash(digest: root)
            else { return nil }
            self.root = root
            self.count = count
            self.change = change
        }

        fileprivate init(_ state: TreeState) {
            root = state.root
            count = state.leaves
            change = state.change
        }

        var value: JSONValue {
            .object(["change": .integer(change), "count": .integer(count), "root": .string(root.digest)])
        }
    }

    init(
        issuer: String,
        issuedAt: Int64,
        position: Int64,
        previous: String?,
        sources: SourcesPayload,
        tree: TreeState
    ) {
        self.tree = Tree(tree)
        self.issuer = issuer
        self.issuedAt = issuedAt
        self.expiresAt = issuedAt + Publisher.statusLifetime
        self.position = position
        self.previous = previous
        self.sources = sources.value
    }

    /// Reads a payload whose signature was checked.
    package init(_ payload: [UInt8]) throws {
        guard case .object(let members) = try JSONValue(parsing: payload),
            case .integer(let issuedAt)? = members["iat"],
            case .integer(let expiresAt)? = members["exp"], case .string(let issuer)? = members["iss"],
            case .integer(let position)? = members["position"], let sources = members["sources"],
            case .object = sources,
            SignedTime.isPlausible(issuedAt), SignedTime.isPlausible(expiresAt), issuedAt < expiresAt
        else { throw PublicationError.malformed("a status needs exp, iat, iss, position, previous and sources") }
        self.issuer = issuer
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.position = position
        if case .string(let previous)? = members["previous"] { self.previous = previous }
        self.sources = sources
        if let value = members["tree"] {
            guard let tree = Tree(value) else {
                throw PublicationError.malformed("a status' tree needs change, count and root")
            }
            self.tree = tree
        }
        guard self.payload == payload else { throw PublicationError.malformed("the status is not canonical") }
    }

    /// Canonical JSON.
    var payload: [UInt8] {
        var members: [String: JSONValue] = [
            "exp": .integer(expiresAt), "iat": .integer(issuedAt), "iss": .string(issuer),
            "position": .integer(position),
            "previous": previous.map { .string($0) } ?? .null, "sources": sources,
        ]
        if let tree { members["tree"] = tree.value }
        return JSONValue.object(members).canonical
    }

    /// State by `agency/dataset`, sorted.
    package var states: [(dataset: String, state: String, completeUpTo: String?)] {
        guard case .object(let agencies) = sources else { return [] }
        var states: [(String, String, String?)] = []
        for (agency, datasets) in agencies {
            guard case .object(let datasets) = datasets else { continue }
            for (name, value) in datasets {
                guard case .object(let members) = value, case .string(let state)? = members["state"] else { continue }
                var upTo: String?
                if case .string(let text)? = members["completeUpTo"] { upTo = text }
                states.append(("\(agency)/\(name)", state, upTo))
            }
        }
        return states.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    }
}
