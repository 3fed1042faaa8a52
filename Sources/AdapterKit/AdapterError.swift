/// Why a pull could not go on.
///
/// ``description`` is safe to log and to show; it names what to do. A row's trouble is a ``FaultyRow``, never this.
public struct AdapterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble; a struct, so that a new kind breaks nobody.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's stable name, such as `unreachable`.
        public let description: String
        private init(_ name: String) { description = name }
        /// The configuration lacks something.
        public static let configuration = Code("configuration")
        /// Refused, reset, cut, silent, 429, 5xx: worth another try.
        public static let unreachable = Code("unreachable")
        /// The agency refuses the credentials.
        public static let unauthorised = Code("unauthorised")
        /// The agency says that the request is wrong, or that there is no such thing (404).
        public static let rejected = Code("rejected")
        /// The agency is busy or broken, by its own word.
        public static let busy = Code("busy")
        /// The answer is malformed, cut, or not what the interface says.
        public static let malformed = Code("malformed")
        /// DTD, foreign encoding, redirect elsewhere: never asked again.
        public static let hostile = Code("hostile")
        /// An answer over a limit.
        public static let limit = Code("limit")
        /// The cursor expired: the caller reads again from the start.
        public static let expired = Code("expired")
        /// The consumer wants no more, or the operator stopped it.
        public static let stopped = Code("stopped")
        /// The local disk or the position is at fault.
        public static let local = Code("local")
    }

    /// The kind of trouble, which decides whether asking again may help.
    public let code: Code
    /// One sentence: what happened and what to do.
    public let message: String
    /// Milliseconds that the agency asked to wait.
    public let retryAfter: Int?

    /// Makes an error of its kind and a sentence that is safe to log; `retryAfter` in milliseconds.
    public init(_ code: Code, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether the same request may succeed later.
    public var isTransient: Bool { code == .unreachable || code == .busy || code == .malformed }

    /// `code: message`.
    public var description: String { "\(code): \(message)" }
}
