internal import Access

/// What an id is of: one letter, so that a list's id is never taken for a webhook's.
public protocol WatchIDKind: Sendable {
    /// The first character of the ids.
    static var letter: Character { get }
}

/// A letter and twelve letters or digits without look-alikes.
public struct WatchID<Kind: WatchIDKind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let code: ShortCode

    /// Makes one of 64 random bits, or of those of a digest.
    public init(bits: UInt64) { code = ShortCode(random: bits) }

    /// Reads an id; nil for any other text.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard bytes.count == ShortCode.length + 1, text.first == Kind.letter, let code = ShortCode(bytes, from: 1)
        else {
            return nil
        }
        self.code = code
    }

    /// The thirteen characters.
    public var text: String { "\(Kind.letter)\(code.text)" }
    /// The text of the id.
    public var description: String { text }
    /// Alphabetical.
    public static func < (a: WatchID, b: WatchID) -> Bool { a.code < b.code }
}

/// Of watch lists.
public enum WatchListKind: WatchIDKind {
    /// See ``WatchIDKind``.
    public static let letter: Character = "l"
}

/// Of webhooks.
public enum WebhookKind: WatchIDKind {
    /// See ``WatchIDKind``.
    public static let letter: Character = "h"
}

/// Of retractions.
public enum RetractionKind: WatchIDKind {
    /// See ``WatchIDKind``.
    public static let letter: Character = "r"
}

/// Names a watch list.
public typealias WatchListID = WatchID<WatchListKind>
/// Names a webhook.
public typealias WebhookID = WatchID<WebhookKind>
/// Names a retraction.
public typealias RetractionID = WatchID<RetractionKind>
