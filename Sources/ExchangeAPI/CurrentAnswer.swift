internal import CanonicalJSON
internal import CreditStore
internal import HTTPTypes
internal import HashTree
internal import Signing

/// A signed profile, with what proves that it is the present one.
struct CurrentAnswer {
    var profile: SignedProfile
    /// nil before the first status with a tree.
    var proof: ProofHeaders?
}

/// The fields that go with whatever is answered as of a status.
struct ProofHeaders {
    /// The digest of the status' payload.
    let status: String
    /// The paths to what is said, as `Suixin-Proof` has them.
    let proof: String
    private let field: ProofField

    init(_ answer: ProvenAnswer) { self.init(answer.status, answer.statements) }

    init(_ status: String, _ statements: [ProvenStatement]) {
        self.status = status
        // What nothing is known by may be a person's number, which is never repeated.
        let isSilent = statements.first?.statement == nil
        let steps = statements.enumerated().compactMap { place, statement in
            statement.path.encoded(for: HashTree.sha256.key(of: statement.name)).map {
                ProofField.Step(name: isSilent && place == 0 ? nil : statement.name, path: $0)
            }
        }
        field = ProofField(steps: steps)
        proof = field.text
    }

    /// The same as a member of the JSON form.
    var json: JSONValue {
        .array(
            field.steps.map { step in
                var members: [String: JSONValue] = ["path": .string(Base64URL.text(step.path))]
                if let name = step.name { members["name"] = .string(name) }
                return .object(members)
            }
        )
    }

    func add(to fields: inout HTTPFields) {
        fields[.suixinStatus] = status
        fields[.suixinProof] = proof
    }
}

extension HTTPField.Name {
    /// The digest of the status as of which is answered: `sha256:…`.
    static let suixinStatus = HTTPField.Name("Suixin-Status") ?? .eTag
    /// The way from that status' root to what is answered.
    static let suixinProof = HTTPField.Name("Suixin-Proof") ?? .eTag
}

extension Problem {
    func proven(by proof: ProofHeaders) -> Problem {
        var problem = self
        proof.add(to: &problem.headers)
        return problem
    }

    /// With the signed document that says so.
    func with(absence document: [UInt8]) -> Problem {
        var problem = self
        problem.members["absence"] = try? JSONValue(parsing: document)
        return problem
    }
}
