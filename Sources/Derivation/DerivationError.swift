/// Why a derivation cannot begin.
public struct DerivationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble; a struct, so that a new kind breaks nobody.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// Its name, for machines.
        public let description: String
        private init(_ name: String) { description = name }
        /// The installation's secret is too short to hide anything.
        public static let weakSecret = Code("weak-secret")
        /// No batch and no thread.
        public static let badLimits = Code("bad-limits")
    }

    /// What kind of trouble it is.
    public let code: Code

    init(_ code: Code) { self.code = code }

    /// One sentence: what is wrong and what to do.
    public var description: String {
        code == .weakSecret
            ? "The installation's secret is shorter than \(Deriver.leastSecret) bytes: give the file that `suixin init` made."
            : "A derivation needs a batch of at least one component and at least one thread."
    }
}
