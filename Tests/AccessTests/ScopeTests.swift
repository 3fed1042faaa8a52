import Access
import ProfileMerge
import Testing

@Suite("What is not granted is denied")
struct ScopeTests {
    @Test("Every section of a profile has a scope of its own, and no scope opens a section that is none")
    func sectionsAreThoseOfProfiles() {
        let policy = MergePolicy.standard
        let sections = Set(policy.attributes.map(\.section) + policy.items.map(\.section))
        #expect(Set(Scope.allCases.compactMap(\.section)) == sections)
    }

    @Test("A name is read back as the scope that wrote it")
    func names() {
        for scope in Scope.allCases { #expect(Scope(scope.name) == scope) }
        #expect(ScopeSet(parameter: ScopeSet.all.description) == .all)
        #expect(Set(Scope.allCases.map(\.name)).count == Scope.allCases.count)
    }

    @Test(
        "A list that is none, or holds a name nobody knows, is refused as a whole",
        arguments: [
            "", " ", "enterprises:read ", " enterprises:read", "enterprises:read  changes:read", "Enterprises:read",
            "enterprises:read,changes:read", "section:", "section:**", "admin", "enterprises:read\u{0}", "section:税务",
        ]
    )
    func malformed(_ text: String) { #expect(ScopeSet(parameter: text) == nil) }

    @Test("A token can be asked for with less than was granted, never with more")
    func narrowing() throws {
        let granted = ScopeSet.of(.readEnterprises, .tax, .registration)
        #expect(granted.narrowed(to: .of(.readEnterprises, .tax)) == .of(.readEnterprises, .tax))
        #expect(granted.narrowed(to: .of(.readEnterprises, .penalties)) == nil)
        #expect(granted.narrowed(to: .of(.allSections)) == nil)
        #expect(ScopeSet.of(.allSections).narrowed(to: .of(.penalties)) == .of(.penalties))
        #expect(ScopeSet.of(.allSections).narrowed(to: .of(.readEnterprises)) == nil)
    }

    @Test("What is taken from a client goes from its tokens, too")
    func revocation() {
        let token = ScopeSet.of(.readEnterprises, .allSections)
        #expect(ScopeSet.of(.allSections).stillGranting(token) == .of(.allSections))
        #expect(ScopeSet.of(.readEnterprises, .tax).stillGranting(token) == .of(.readEnterprises, .tax))
        #expect(ScopeSet.of(.readEnterprises, .allSections).stillGranting(.of(.tax)) == .of(.tax))
        #expect(ScopeSet().stillGranting(.all) == [])
    }

    @Test("Sections are admitted one by one, and those that are not yet known only with all")
    func sections() {
        let some = ScopeSet.of(.readEnterprises, .tax, .registration)
        #expect(some.admits(section: "tax"))
        #expect(!some.admits(section: "penalties"))
        #expect(!some.admits(section: "*"))
        #expect(some.sections == ["registration", "tax"])
        #expect(!some.admits(section: "traceability"))
        #expect(ScopeSet.of(.allSections).admits(section: "traceability"))
        #expect(ScopeSet.of(.allSections).sections == nil)
        #expect(ScopeSet().sections == [])
    }
}

@Suite("A query is judged by endpoint, sections and purpose")
struct PermissionTests {
    @Test("A new client may do nothing")
    func nothing() throws {
        let caller = try Office().caller("新平台", [])
        for scope in Scope.allCases {
            #expect(throws: Denial.scope(scope)) { try caller.permit(scope, purpose: "dispute") }
        }
    }

    @Test("The endpoint, a section and a purpose must all be granted")
    func all() throws {
        let office = try Office()
        let caller = try office.caller("平台", .of(.readEnterprises, .tax, .registration))
        let permission = try caller.permit(.readEnterprises, purpose: "dispute")
        #expect(permission.sections == ["registration", "tax"])
        #expect(permission.purpose == Purpose("dispute"))
        #expect(try caller.permit(.readEnterprises, sections: ["tax"], purpose: "dispute").sections == ["tax"])
        #expect(throws: Denial.scope(.penalties)) {
            try caller.permit(.readEnterprises, sections: ["tax", "penalties"], purpose: "dispute")
        }
        #expect(throws: Denial.scope(.allSections)) {
            try caller.permit(.readEnterprises, sections: ["unheard-of"], purpose: "dispute")
        }
        #expect(throws: Denial.noPurpose) { try caller.permit(.readEnterprises, purpose: nil) }
        #expect(throws: Denial.unknownPurpose) { try caller.permit(.readEnterprises, purpose: "marketing") }
        let endpointOnly = try office.caller("无权看", .of(.readEnterprises))
        #expect(throws: Denial.noSection) { try endpointOnly.permit(.readEnterprises, purpose: "dispute") }
    }

    @Test("A client that is limited to purposes may declare no other; one limited to none may declare none")
    func purposes() throws {
        let office = try Office()
        let dispute = try #require(Purpose("dispute"))
        let id = try office.client("平台") { $0.purposes = [dispute] }
        let key = try office.credential(.apiKey, of: id).text
        _ = try office.caller(key: key).permit(.readEnterprises, purpose: "dispute")
        let other = try #require(Purpose("risk-control"))
        #expect(throws: Denial.purpose(other)) {
            try office.caller(key: key).permit(.readEnterprises, purpose: "risk-control")
        }
        try office.change(id) { $0.purposes = [] }
        #expect(throws: Denial.purpose(dispute)) {
            try office.caller(key: key).permit(.readEnterprises, purpose: "dispute")
        }
    }
}
