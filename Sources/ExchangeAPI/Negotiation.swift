internal import Access

/// The form of a signed document that a caller prefers.
enum Accepted: Hashable {
    case flattened
    case compact
    /// JSON to be read as it is, signed beside it (RFC 9421).
    case plain

    /// Flattened unless `application/jose` or `application/json` is asked for and weighs more.
    init(_ accept: String?) {
        var weights: [String: Double] = [:]
        for range in accept?.split(separator: ",").prefix(32) ?? [] {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if let type = parts.first { weights[type] = weight }
        }
        let flattened = weights["application/jose+json"] ?? 0
        let compact = weights["application/jose"] ?? 0
        let plain = weights["application/json"] ?? 0
        self = plain > max(flattened, compact) ? .plain : compact > flattened ? .compact : .flattened
    }

    /// For documents that are signed in themselves whatever is asked for.
    var signed: Accepted { self == .plain ? .flattened : self }

    var contentType: String {
        switch self {
        case .flattened: "application/jose+json"
        case .compact: "application/jose"
        case .plain: "application/json"
        }
    }

    var form: DocumentForm {
        switch self {
        case .flattened: .flattened
        case .compact: .compact
        case .plain: .plain
        }
    }

    /// What tells the entity tags of one form from those of the others.
    var tag: String {
        switch self {
        case .flattened: ""
        case .compact: ".compact"
        case .plain: ".plain"
        }
    }
}

/// The tags of an `If-None-Match` (RFC 9110 §13.1.2), compared weakly.
struct EntityTags {
    private let tags: [Substring]

    init(_ field: String?) {
        tags = (field ?? "").split(separator: ",").prefix(64).map { tag in
            let tag = tag.drop(while: \.isWhitespace)
            let end = tag.lastIndex { !$0.isWhitespace }.map(tag.index(after:)) ?? tag.startIndex
            return tag[..<end]
        }
    }

    func contains(_ tag: String) -> Bool { tags.contains { $0 == "*" || $0 == tag || $0 == "W/" + tag } }
}
