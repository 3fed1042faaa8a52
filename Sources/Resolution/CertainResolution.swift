public import CreditModel

/// The certain part of identity: which records speak of one enterprise by a code that leaves no doubt.
///
/// Each `PRIPID` of the registry is an enterprise; no two are ever joined. A record belongs to the one enterprise that
/// its certain codes name, unless it has nothing in common with it. Codes that members carry become the enterprise's
/// own only where no other enterprise's member claims them with equal weight, so a mistyped code cannot chain two
/// enterprises together. What contradicts itself is held for a person; what has no certain code is left undecided.
///
/// A pure function of the set of records, never of their order.
public struct CertainResolution: Sendable {
    private let digest: DigestFunction
    private let restrictedDigest: DigestFunction

    /// How often findings may start a pass anew before the last resort.
    private static let passes = 8

    /// Makes a resolution that derives ids by the given functions.
    ///
    /// - Parameters:
    ///   - digest: SHA-256.
    ///   - restrictedDigest: HMAC-SHA-256 under the installation's secret, for codes that hold personal data.
    public init(digest: @escaping DigestFunction, restrictedDigest: @escaping DigestFunction) {
        self.digest = digest
        self.restrictedDigest = restrictedDigest
    }

    /// Decides about a set of records that is closed under shared link keys; withdrawn ones only keep ids stable.
    public func resolve(_ records: [RecordHistory]) -> IdentityOutcome {
        let input = ResolutionInput(records)
        var findings = ResolutionFindings()
        for _ in 0..<CertainResolution.passes {
            var pass = ResolutionPass(input, knowing: findings)
            pass.run()
            guard pass.hasFindings else { return outcome(of: pass) }
            findings.learn(pass.found)
        }
        findings.isStrict = true
        var pass = ResolutionPass(input, knowing: findings)
        pass.run()
        return outcome(of: pass)
    }

    private func outcome(of pass: ResolutionPass) -> IdentityOutcome {
        OutcomeAssembly(pass: pass, digest: digest, restrictedDigest: restrictedDigest).outcome()
    }
}
