# Conan recipe of the libraries: `conan create deploy/conan`.
#
# Not tried by this project, which uses only what Debian 12 has, and Conan is not in it. Names and
# versions of requirements are those of Conan Center for the libraries that Debian 12 has.
import os

from conan import ConanFile
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Noex(ConanFile):
    name = "noex"
    version = "0.1.0"
    license = "MIT"
    description = "Processes on many machines, and a simulated world to test them in"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "asio": [True, False]}
    default_options = {"shared": False, "asio": True}

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "noex/*", "deploy/*"):
            copy(self, pattern, root, self.export_sources_folder)

    def requirements(self):
        self.requires("boost/1.81.0", transitive_headers=True)
        self.requires("fmt/9.1.0", transitive_headers=True)
        self.requires("xxhash/0.8.1", transitive_headers=True)
        if self.options.asio:
            self.requires("spdlog/1.10.0")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("CHAT", "SIM", "TESTS", "BENCH"):
            toolchain.cache_variables[f"NOEX_BUILD_{part}"] = False
        toolchain.cache_variables["NOEX_BUILD_ASIO"] = bool(self.options.asio)
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")  # noex-config.cmake is its own
        self.cpp_info.builddirs.append(os.path.join("lib", "cmake", "noex"))
