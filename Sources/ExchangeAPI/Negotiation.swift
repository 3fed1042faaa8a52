/// The form of a signed document that a caller prefers.
enum Accepted: Hashable {
    case flattened
    case compact

    /// Flattened unless `application/jose` is asked for and weighs more than `application/jose+json`.
    init(_ accept: String?) {
        var compact = 0.0
        var flattened: Double?
        for range in accept?.split(separator: ",").prefix(32) ?? [] {
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch parts.first {
            case "application/jose": compact = weight
            case "application/jose+json": flattened = weight
            default: break
            }
        }
        self = compact > flattened ?? 0 ? .compact : .flattened
    }

    var contentType: String { self == .compact ? "application/jose" : "application/jose+json" }
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
