internal import CreditModel
internal import Crypto
internal import HashTree
internal import Signing

/// Whether an answer is current: what the exchange says now, and no genuine older thing.
extension Verifier {
    /// What lies beside a document to judge it by.
    package struct Beside: Sendable {
        /// A signed status of the sources.
        package var status: [UInt8]
        /// The field `Suixin-Proof` that came with the answer; nil where it was not kept.
        package var proof: String?
        /// What was asked for, as it was typed; nil for the document's own enterprise.
        package var asked: String?

        package init(status: [UInt8], proof: String? = nil, asked: String? = nil) {
            self.status = status
            self.proof = proof
            self.asked = asked
        }
    }

    /// Checks a document beside a status and the proof that leads from that to it.
    package func verify(_ bytes: [UInt8], beside: Beside) -> Verification {
        var result = verify(bytes)
        let status = verify(beside.status)
        guard status.kind == "status", status.verdict != .notGenuine else {
            result.fail("the status is not genuine: \(status.problems.joined(separator: "; "))")
            return result
        }
        for (name, value) in status.facts { result.facts["status \(name)"] = value }
        if result.facts["issuer"] != status.facts["issuer"] {
            result.fail("document and status come from different issuers")
        }
        guard result.verdict != .notGenuine else { return result }
        result.proves.append("the sources were as the status says at its time")
        judge(&result, status, beside)
        return result
    }

    private func judge(_ result: inout Verification, _ status: Verification, _ beside: Beside) {
        guard let proof = beside.proof else {
            if status.verdict == .genuineNotCurrent {
                result.verdict = max(result.verdict, .genuineNotCurrent)
                result.problems += status.problems.map { "status: \($0)" }
            }
            return
        }
        guard ["profile", "excerpt", "absence"].contains(result.kind) else {
            result.fail("a \(result.kind) is no answer about an enterprise: no proof leads to it")
            return
        }
        guard let root = status.facts["root"].flatMap({ TreeHash(digest: $0) }) else {
            result.verdict = max(result.verdict, .genuineNotCurrent)
            result.problems.append("the status has no tree: no proof can be checked by it")
            return
        }
        guard let field = ProofField(proof) else {
            result.fail("the proof cannot be read: it must be the field Suixin-Proof as it came")
            return
        }
        guard isProven(&result, field, asked: beside.asked.map { AskedName($0) }, under: root, of: status) else {
            result.verdict = max(result.verdict, .genuineNotCurrent)
            result.problems.append(
                "the proof does not lead from the status to this document: it was not what the exchange said then"
            )
            return
        }
        result.doesNotProve.removeAll { $0.hasSuffix(Self.untilProven) }
        result.verdict = status.verdict
        result.problems += status.problems.map { "status: \($0)" }
    }

    private func isProven(
        _ result: inout Verification,
        _ field: ProofField,
        asked: AskedName?,
        under root: TreeHash,
        of status: Verification
    ) -> Bool {
        let registryID = asked?.registryID { Array(SHA256.hash(data: $0)) }?.text
        switch result.kind {
        case "profile", "excerpt":
            let first = field.steps.first?.name
            // A registry key is asked under the id that it derives.
            let start = asked.map { first == registryID ? first ?? $0.name : $0.name } ?? first ?? ""
            guard let version = result.facts["version"],
                let id = field.end(from: start, under: root, version: version), id == result.facts["enterprise"]
            else { return false }
            result.proves.append(
                "\(start) led to \(id), and this was the present version of its profile, as of the status"
            )
            return true
        case "absence":
            // Without what was asked for, nobody can tell whose absence it is; a text that is no id may be a registry key.
            guard let asked, result.facts["key"] == HashTree.sha256.key(of: asked.name).digest,
                result.facts["status"] == status.facts["digest"], result.facts["position"] == status.facts["position"],
                field.provesAbsence(of: asked.name, andOf: registryID, under: root)
            else { return false }
            result.proves.append("nothing was known by \(asked.name), as of the status")
            return true
        default: return false
        }
    }
}
