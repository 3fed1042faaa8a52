/// Scopes that were granted, or are asked for: one word, so that a request is judged without memory of its own.
public struct ScopeSet: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// One bit a scope.
    public let rawValue: UInt32

    /// Takes the bits as they are.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The set of these scopes.
    public init(_ scopes: some Sequence<Scope>) {
        rawValue = scopes.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    }

    /// Nothing else than these scopes.
    public static func of(_ scopes: Scope...) -> ScopeSet { ScopeSet(scopes) }

    /// Everything there is.
    public static let all = ScopeSet(Scope.allCases)

    /// Reads the parameter `scope` of OAuth 2.0: names with one blank between them (RFC 6749 §3.3).
    ///
    /// - Returns: nil where it holds a name that nobody knows, or is no such list: who asks for something unknown must hear of it.
    public init?(parameter text: String) {
        var scopes = ScopeSet()
        for name in text.split(separator: " ", omittingEmptySubsequences: false) {
            guard let scope = Scope(name) else { return nil }
            scopes.insert(.of(scope))
        }
        self = scopes
    }

    /// The parameter `scope`: names in their own order, a blank between them.
    public var description: String { scopes.map(\.name).joined(separator: " ") }

    /// One by one, in the vocabulary's order.
    public var scopes: [Scope] { Scope.allCases.filter(contains) }

    /// Whether the scope itself is in the set.
    public func contains(_ scope: Scope) -> Bool { rawValue & 1 << UInt32(scope.rawValue) != 0 }

    /// Whether a section of a profile may be seen.
    public func admits(section: String) -> Bool {
        contains(.allSections) || Scope(section: section).map(contains) ?? false
    }

    /// Whether nothing of a profile is held back: then its signed bytes may be given as they are.
    public var admitsAllSections: Bool { contains(.allSections) }

    /// The sections that may be seen, sorted; nil for all.
    public var sections: [String]? {
        contains(.allSections) ? nil : scopes.compactMap(\.section).sorted()
    }

    /// What of a wish lies within this grant: a single section is within all of them.
    ///
    /// - Parameter wish: what is asked for.
    /// - Returns: nil where any part of the wish is not granted.
    public func narrowed(to wish: ScopeSet) -> ScopeSet? {
        let granted = contains(.allSections) ? union(Self.everySection) : self
        return wish.isSubset(of: granted) ? wish : nil
    }

    /// What of an earlier grant still holds under this one.
    public func stillGranting(_ earlier: ScopeSet) -> ScopeSet {
        let granted = contains(.allSections) ? union(Self.everySection) : self
        let kept = earlier.intersection(granted)
        // All sections were granted, some are left: those.
        guard earlier.contains(.allSections), !contains(.allSections) else { return kept }
        return kept.union(intersection(Self.everySection))
    }

    private static let everySection = ScopeSet(Scope.allCases.filter { $0.section != nil })
}
